// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/schema.h>

#include <memory>
#include <string>

#include "command.h"
#include "output.h"

namespace ghostcard::cli {

void add_schema_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("schema", "Print the JSON Schema of scenario files");
    const auto format = std::make_shared<std::string>("json");
    command->add_option("--format", *format, "json or md: the schema, or the keys as a Markdown page (json)")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"json", "md"}));
    command->footer(
        "Examples:\n  ghostcard schema > scenario.schema.json\n"
        "  taplo lint --schema file://$PWD/scenario.schema.json my.toml");
    command->callback([&action, format] {
        action = [format](spdlog::logger&) {
            print(*format == "md" ? scenarios::keys_markdown() : scenarios::json_schema().dump(2) + "\n");
            return ExitStatus::met;
        };
    });
}

}  // namespace ghostcard::cli
