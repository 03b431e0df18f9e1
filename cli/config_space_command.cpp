// SPDX-License-Identifier: MIT
#include <ghostcard/model/config_dump.h>

#include "command.h"
#include "output.h"

namespace ghostcard::cli {

void add_config_space_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("config-space", "Print the card's PCI configuration space");
    command->footer("As lspci reads it:\n  ghostcard config-space > card.txt; lspci -F card.txt -vv");
    command->callback([&action] {
        action = [](spdlog::logger&) {
            print(model::config_dump());
            return ExitStatus::met;
        };
    });
}

}  // namespace ghostcard::cli
