// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/scenario_file.h>
#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "command.h"
#include "output.h"
#include "shipped_scenarios.h"

namespace ghostcard::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* studies = "studies";

/// The folder's scenarios, then those of the discussion and the studies, if it has them.
std::vector<fs::path> listed(const fs::path& folder) {
    std::vector<fs::path> files = scenarios_in(folder);
    for (const char* const part : {"discussion", studies})
        if (const fs::path inner = folder / part; fs::is_directory(inner))
            for (fs::path& file : scenarios_in(inner)) files.push_back(std::move(file));
    return files;
}

std::string title_of(const fs::path& file) {
    return file.parent_path().filename() == studies ? scenarios::sweep::read_sweep(file).title
                                                    : scenarios::read_scenario(file).title;
}

ExitStatus list(const std::string& chosen, spdlog::logger& log) {
    const fs::path folder = chosen.empty() ? shipped_scenario_folder() : fs::path(chosen);
    const auto files = listed(folder);
    const auto name_of = [&folder](const fs::path& file) { return file.lexically_relative(folder).string(); };
    std::size_t width = 0;
    for (const auto& file : files) width = std::max(width, name_of(file).size());
    ExitStatus status = ExitStatus::met;
    for (const auto& file : files) {
        std::string title;
        try {
            title = title_of(file);
        } catch (const InputError& error) {
            log.error("{}", error.what());
            status = ExitStatus::bad_input;
            continue;
        }
        print(fmt::format("{:<{}}  {}\n", name_of(file), width, title.empty() ? "(no title)" : title));
    }
    return status;
}

}  // namespace

void add_list_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("list", "List scenarios and studies with their titles");
    const auto folder = std::make_shared<std::string>();
    command->add_option("--dir", *folder, "Folder to look in, instead of the shipped scenarios")->type_name("DIR");
    command->footer("Examples:\n  ghostcard list\n  ghostcard list --dir my/scenarios");
    command->callback([&action, folder] { action = [folder](spdlog::logger& log) { return list(*folder, log); }; });
}

}  // namespace ghostcard::cli
