// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/sweep/result_store.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::cli {

/// Where a sweep, or a part of it, keeps its results.
std::filesystem::path database_of(const std::filesystem::path& folder, unsigned shard = 1, unsigned shards = 1);
/// The parts of a sweep in the folder, by name.
std::vector<std::filesystem::path> parts_in(const std::filesystem::path& folder);

/// What is to be written of the results besides.
struct ExportRequest {
    std::optional<std::string> csv, json_lines;

    void add_options(CLI::App& command);
    void write(const scenarios::sweep::ResultStore& store) const;
};

}  // namespace ghostcard::cli
