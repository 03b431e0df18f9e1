// SPDX-License-Identifier: MIT
#pragma once

#include <spdlog/logger.h>

#include <CLI/CLI.hpp>
#include <functional>

namespace ghostcard::cli {

enum class ExitStatus {
    met = 0,             ///< The run met its expectations, or the command did what it was asked.
    not_met = 1,         ///< The run did not meet its expectations.
    bad_input = 2,       ///< Bad usage or input.
    internal_error = 3,  ///< The fault is ours.
};

/// What a command does once the command line is understood. It may throw InputError.
using Action = std::function<ExitStatus(spdlog::logger& log)>;

/// Each adds one command, which fills `action` if it is the one that was given.
void add_attach_command(CLI::App& app, Action& action);
void add_ci_command(CLI::App& app, Action& action);
void add_config_space_command(CLI::App& app, Action& action);
void add_copy_cost_command(CLI::App& app, Action& action);
void add_list_command(CLI::App& app, Action& action);
void add_merge_command(CLI::App& app, Action& action);
void add_poke_command(CLI::App& app, Action& action);
void add_regs_command(CLI::App& app, Action& action);
void add_report_command(CLI::App& app, Action& action);
void add_run_command(CLI::App& app, Action& action);
void add_schema_command(CLI::App& app, Action& action);
void add_serve_command(CLI::App& app, Action& action);
void add_sweep_command(CLI::App& app, Action& action);
void add_timing_command(CLI::App& app, Action& action);
void add_validate_command(CLI::App& app, Action& action);

}  // namespace ghostcard::cli
