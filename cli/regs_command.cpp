// SPDX-License-Identifier: MIT
#include <ghostcard/registers/exporters/export_registers.h>
#include <ghostcard/registers/register_tables.h>

#include <memory>
#include <string>

#include "command.h"
#include "output.h"

namespace ghostcard::cli {

void add_regs_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("regs", "Print the card's registers");
    const auto format = std::make_shared<std::string>("table");
    const auto config = std::make_shared<bool>(false);
    command->add_option("--format", *format, "table, c, md, json, svd, ipxact or rdl (table)")->type_name("FORMAT");
    command->add_flag("--config", *config, "The PCI configuration space instead of BAR0");
    command->footer("Examples:\n  ghostcard regs\n  ghostcard regs --format c > ghostcard_registers.h");
    command->callback([&action, format, config] {
        action = [format, config](spdlog::logger&) {
            const auto table = *config ? registers::config_register_table() : registers::card_register_table();
            print(registers::export_registers(table, registers::parse_export_format(*format)));
            return ExitStatus::met;
        };
    });
}

}  // namespace ghostcard::cli
