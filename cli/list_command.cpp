// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <algorithm>
#include <memory>
#include <string>

#include "command.h"
#include "output.h"
#include "shipped_scenarios.h"

namespace ghostcard::cli {
namespace {

ExitStatus list(const std::string& folder, spdlog::logger& log) {
    const auto files = scenarios_in(folder.empty() ? shipped_scenario_folder() : std::filesystem::path(folder));
    std::size_t width = 0;
    for (const auto& file : files) width = std::max(width, file.filename().string().size());
    ExitStatus status = ExitStatus::met;
    for (const auto& file : files) {
        std::string title;
        try {
            title = scenarios::read_scenario(file).title;
        } catch (const InputError& error) {
            log.error("{}", error.what());
            status = ExitStatus::bad_input;
            continue;
        }
        print(fmt::format("{:<{}}  {}\n", file.filename().string(), width, title.empty() ? "(no title)" : title));
    }
    return status;
}

}  // namespace

void add_list_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("list", "List scenarios with their titles");
    const auto folder = std::make_shared<std::string>();
    command->add_option("--dir", *folder, "Folder to look in, instead of the shipped scenarios")->type_name("DIR");
    command->footer("Examples:\n  ghostcard list\n  ghostcard list --dir my/scenarios");
    command->callback([&action, folder] { action = [folder](spdlog::logger& log) { return list(*folder, log); }; });
}

}  // namespace ghostcard::cli
