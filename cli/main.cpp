// SPDX-License-Identifier: MIT
#include <csignal>

#include "command_line.h"

// libsystemc brings a main of its own, which wants this; ours wins, and this is never called.
extern "C" int sc_main(int, char*[]) { return 1; }  // NOLINT

int main(int argc, char* argv[]) {
    std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is an error of its writer, not the end of the process
    return ghostcard::cli::run_command_line(argc, argv);
}
