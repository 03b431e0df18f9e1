// SPDX-License-Identifier: MIT
#include "sweep_folder.h"

#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/sweep/export.h>

#include <algorithm>
#include <system_error>

namespace ghostcard::cli {

namespace fs = std::filesystem;

fs::path database_of(const fs::path& folder, unsigned shard, unsigned shards) {
    return folder / (shards == 1 ? "points.sqlite" : fmt::format("points-{}-of-{}.sqlite", shard, shards));
}

std::vector<fs::path> parts_in(const fs::path& folder) {
    std::vector<fs::path> parts;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("points") && name.ends_with(".sqlite")) parts.push_back(entry.path());
    }
    if (error) throw InputError(fmt::format("{}: {}", folder.string(), error.message()));
    if (parts.empty()) throw InputError(fmt::format("{}: there are no results of a sweep", folder.string()));
    std::sort(parts.begin(), parts.end());
    return parts;
}

void ExportRequest::add_options(CLI::App& command) {
    command.add_option("--csv", csv, "All results as CSV")->type_name("FILE");
    command.add_option("--jsonl", json_lines, "All results as JSON Lines")->type_name("FILE");
}

void ExportRequest::write(const scenarios::sweep::ResultStore& store) const {
    const auto write_to = [&store](const std::optional<std::string>& name, const auto& write_rows) {
        if (!name) return;
        OutputFile file(*name);
        write_rows(store, file);
        file.commit();
    };
    write_to(csv, scenarios::sweep::write_csv);
    write_to(json_lines, scenarios::sweep::write_json_lines);
}

}  // namespace ghostcard::cli
