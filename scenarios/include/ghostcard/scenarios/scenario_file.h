// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/scenario.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace ghostcard::scenarios {

/// Reads a scenario file. Throws InputError for the first thing in it that cannot be used, as "file:line:column: ...".
/// A relative video.source is taken from the file's folder.
Scenario read_scenario(const std::filesystem::path& file);
/// The same from text that came, or could have come, from that file.
Scenario parse_scenario(std::string_view text, const std::filesystem::path& file);

/// Applies "key=value" texts in turn, then checks that all settings go together. A text may stand in quotes; a relative
/// video.source is taken from the working directory. Throws InputError as "--set key=value: ...".
void apply_sets(Scenario& scenario, std::span<const std::string> sets);
void apply_set(Scenario& scenario, std::string_view set);

}  // namespace ghostcard::scenarios
