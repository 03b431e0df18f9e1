// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

namespace ghostcard::cli {

/// Where the scenarios lie that come with the command, in the build as in an installation.
std::filesystem::path shipped_scenario_folder();

/// Where the parts of a report's page lie.
std::filesystem::path report_folder();

/// The *.toml files of a folder by name. Throws InputError if there is no such folder.
std::vector<std::filesystem::path> scenarios_in(const std::filesystem::path& folder);

/// The file itself or, for a relative name that is no file here, the shipped scenario of that name, as `sd_480i.toml`
/// or `discussion/packet.toml`. Throws InputError for a bare name that is not there either.
std::filesystem::path find_scenario(const std::filesystem::path& name);

/// The same for sweeps, whose shipped ones are the studies.
std::filesystem::path find_study(const std::filesystem::path& name);

}  // namespace ghostcard::cli
