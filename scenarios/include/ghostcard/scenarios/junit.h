// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ghostcard::scenarios {

/// A run, as a CI system shows it.
struct JUnitRun {
    nlohmann::ordered_json document;  ///< The result document; if the run did not end, at least its "scenario".
    std::string command;              ///< Repeats the run.
    std::chrono::duration<double> wall_time{};
    std::string error{};        ///< Why it did not end, if it did not...
    bool is_bad_input = false;  ///< ...which the user can mend.
    /// How it differs from the baseline that it was compared with, a line for each difference.
    std::optional<std::vector<std::string>> differences{};
};

/// JUnit XML as Jenkins and GitLab read it: a suite for each run, in it a case for the run itself, one for each
/// expectation and one for the comparison with a baseline. Seed and command stand in the properties and in the message
/// of every failure.
std::string junit(std::span<const JUnitRun> runs);

}  // namespace ghostcard::scenarios
