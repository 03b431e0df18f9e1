// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/scenario.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace ghostcard::scenarios {

/// All keys with their values, defaults included, in the tables of the scenario file; without [expect].
nlohmann::ordered_json resolved_document(const Scenario& scenario);

/// A scenario file with all keys, defaults included, that reads back to the same scenario from the given folder.
std::string resolved_toml(const Scenario& scenario, const std::filesystem::path& folder = ".");

}  // namespace ghostcard::scenarios
