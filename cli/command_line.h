// SPDX-License-Identifier: MIT
#pragma once

namespace ghostcard::cli {

/// The whole command; returns its exit status. Results go to standard output, all else to standard error.
int run_command_line(int argc, const char* const* argv);

}  // namespace ghostcard::cli
