// SPDX-License-Identifier: MIT
#include <ghostcard/model/config_dump.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "output.h"

namespace ghostcard::cli {

void add_config_space_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("config-space", "Print the card's PCI configuration space");
    const auto sets = std::make_shared<std::vector<std::string>>();
    command->add_option("--set", *sets, "Set a key, as bus.kind; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    command->footer(
        "As lspci reads it:\n  ghostcard config-space > card.txt; lspci -F card.txt -vv\n"
        "  ghostcard config-space --set bus.kind=pcie --set bus.lanes=4\n"
        "  ghostcard config-space --set bus.bridges=1  # the bridge before it comes first");
    command->callback([&action, sets] {
        action = [sets](spdlog::logger&) {
            scenarios::Scenario scenario;
            scenarios::apply_sets(scenario, *sets);
            const bool express = scenario.bus.kind == scenarios::BusKind::pcie;
            print(model::config_dump(express ? std::optional(scenario.pcie) : std::nullopt, scenario.pci.bridges));
            return ExitStatus::met;
        };
    });
}

}  // namespace ghostcard::cli
