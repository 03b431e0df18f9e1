// SPDX-License-Identifier: MIT
#include "shipped_scenarios.h"

#include <fmt/format.h>
#include <ghostcard/base/input_error.h>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace ghostcard::cli {

namespace fs = std::filesystem;

namespace {

fs::path share_folder(std::string_view name) {
    const fs::path own_folder = fs::read_symlink("/proc/self/exe").parent_path();
    return (own_folder / GHOSTCARD_SHARE_FOLDER / name).lexically_normal();
}

}  // namespace

fs::path shipped_scenario_folder() { return share_folder("scenarios"); }
fs::path report_folder() { return share_folder("report"); }

std::vector<fs::path> scenarios_in(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    if (error) throw InputError(fmt::format("no scenarios in '{}': {}", folder.string(), error.message()));
    std::sort(files.begin(), files.end());
    return files;
}

namespace {

fs::path find(const fs::path& name, const fs::path& folder, std::string_view what) {
    std::error_code ignored;
    if (name.is_absolute() || fs::exists(name, ignored)) return name;
    fs::path shipped = folder / name;
    if (fs::exists(shipped, ignored)) return shipped;
    if (name.has_parent_path()) return name;  // whoever reads it says that it is not there
    throw InputError(fmt::format("{}: there is no such file, and no shipped {} of that name; see ghostcard list",
                                 name.string(), what));
}

}  // namespace

fs::path find_scenario(const fs::path& name) { return find(name, shipped_scenario_folder(), "scenario"); }
fs::path find_study(const fs::path& name) { return find(name, shipped_scenario_folder() / "studies", "study"); }

}  // namespace ghostcard::cli
