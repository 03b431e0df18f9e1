// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

namespace ghostcard::scenarios {

/// A finished run, as a CI system shows it.
struct JUnitRun {
    nlohmann::ordered_json document;  ///< The result document.
    std::string command;              ///< Repeats the run.
    std::chrono::duration<double> wall_time{};
};

/// JUnit XML as Jenkins and GitLab read it: a suite for each run, in it a case for the run itself and one for each
/// expectation. Seed and command stand in the properties and in the message of every failure.
std::string junit(std::span<const JUnitRun> runs);

}  // namespace ghostcard::scenarios
