// SPDX-License-Identifier: MIT
#include "command_line.h"

#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/run.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "interruption.h"

namespace ghostcard::cli {
namespace {

/// Errors are one line, whatever they quote.
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, ' ');
    return text;
}

/// What an option needs and excludes is left to its description.
class HelpFormatter : public CLI::Formatter {
    std::string make_option_opts(const CLI::Option* option) const override {
        return option->get_type_size() == 0 || option->get_positional() ? "" : " " + option->get_type_name();
    }
};

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
    if (app.get_subcommands().empty()) {
        const std::vector<std::string> unknown = app.remaining();
        std::vector<std::string> commands;
        for (const CLI::App* const each : app.get_subcommands({})) commands.push_back(each->get_name());
        std::string what = "a command is wanted";
        if (!unknown.empty())
            what = fmt::format("'{}' is no {}", unknown[0], unknown[0].starts_with('-') ? "option" : "command");
        return fmt::format("{0}: {1}; commands are {2}; see {0} --help", app.get_name(), what,
                           fmt::join(commands, ", "));
    }
    std::string command = app.get_name();
    for (const CLI::App* const each : app.get_subcommands()) command += " " + each->get_name();
    return fmt::format("{}: {}; see {} --help", command, error.what(), command);
}

ExitStatus run(const Action& action, spdlog::logger& log) {
    try {
        return action(log);
    } catch (const InputError& error) {
        log.error("{}", one_line(error.what()));
        return ExitStatus::bad_input;
    } catch (const scenarios::Cancelled&) {
        end_by_caught_signal();
    } catch (const std::exception& error) {
        log.error("internal error: {}", one_line(error.what()));
        return ExitStatus::internal_error;
    }
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    spdlog::logger log("ghostcard", std::make_shared<spdlog::sinks::stderr_sink_st>());
    log.set_pattern("%v");

    CLI::App app("A PCI capture card that isn't there: runs a capture driver against a simulated card.", "ghostcard");
    app.formatter(std::make_shared<HelpFormatter>());
    app.set_version_flag("--version", GHOSTCARD_VERSION);
    app.require_subcommand(1);
    app.footer("Examples:\n  ghostcard list\n  ghostcard run sd_480i.toml\n  ghostcard run --help");
    Action action;
    add_run_command(app, action);
    add_validate_command(app, action);
    add_ci_command(app, action);
    add_sweep_command(app, action);
    add_merge_command(app, action);
    add_report_command(app, action);
    add_timing_command(app, action);
    add_serve_command(app, action);
    add_attach_command(app, action);
    add_poke_command(app, action);
    add_list_command(app, action);
    add_schema_command(app, action);
    add_regs_command(app, action);
    add_config_space_command(app, action);
    add_copy_cost_command(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& request) {
        return app.exit(request);  // --help and --version
    } catch (const CLI::ParseError& error) {
        log.error("{}", one_line(usage_error(app, error)));
        return static_cast<int>(ExitStatus::bad_input);
    }
    return static_cast<int>(run(action, log));
}

}  // namespace ghostcard::cli
