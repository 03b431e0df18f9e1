// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "output.h"
#include "shipped_scenarios.h"

namespace ghostcard::cli {
namespace {

ExitStatus validate(const std::vector<std::string>& files, spdlog::logger& log) {
    ExitStatus status = ExitStatus::met;
    for (const std::string& file : files) {
        try {
            scenarios::read_scenario(find_scenario(file));
        } catch (const InputError& error) {
            log.error("{}", error.what());
            status = ExitStatus::bad_input;
            continue;
        }
        print(fmt::format("{}: valid\n", file));
    }
    return status;
}

}  // namespace

void add_validate_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("validate", "Check scenario files without running them");
    const auto files = std::make_shared<std::vector<std::string>>();
    command->add_option("SCENARIO", *files, "Scenario files")->required()->type_name("FILE");
    command->footer("Examples:\n  ghostcard validate my.toml\n  ghostcard validate scenarios/*.toml");
    command->callback([&action, files] { action = [files](spdlog::logger& log) { return validate(*files, log); }; });
}

}  // namespace ghostcard::cli
