// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/sweep/result_store.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "output.h"
#include "sweep_folder.h"

namespace ghostcard::cli {
namespace {

namespace fs = std::filesystem;
namespace sweep = scenarios::sweep;

struct Request {
    std::vector<std::string> folders;
    ExportRequest exports;
};

/// Everything goes into the first folder's database, which is made if it is not there.
ExitStatus merge(const Request& request) {
    std::vector<fs::path> parts;
    for (const std::string& folder : request.folders)
        for (const fs::path& part : parts_in(folder)) parts.push_back(part);
    const fs::path whole = database_of(request.folders.front());
    sweep::ResultStore store = sweep::ResultStore::like(whole, sweep::ResultStore::open(parts.front()));
    for (const fs::path& part : parts)
        if (part != whole) store.merge(part);
    print(fmt::format("{} of {} points in {}\n", store.numbers().size(), store.about("points"), whole.string()));
    request.exports.write(store);
    return ExitStatus::met;
}

}  // namespace

void add_merge_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("merge", "Bring the parts of a sweep together");
    const auto request = std::make_shared<Request>();
    command->add_option("DIR", request->folders, "Folders of sweep --shard; the first one takes the whole")
        ->required()
        ->type_name("DIR...");
    request->exports.add_options(*command);
    command->footer(
        "What is there already stays: merging again, or with parts that have grown since, does no harm.\n\n"
        "Examples:\n  ghostcard merge fifo --csv fifo.csv\n  ghostcard merge here there elsewhere");
    command->callback([&action, request] { action = [request](spdlog::logger&) { return merge(*request); }; });
}

}  // namespace ghostcard::cli
