// SPDX-License-Identifier: MIT
#include "interruption.h"

#include <array>
#include <csignal>
#include <cstdlib>

namespace ghostcard::cli {
namespace {

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t caught = 0;

extern "C" void remember(int signal) {
    caught = signal;
    std::signal(signal, SIG_DFL);
}

}  // namespace

Interruption::Interruption() {
    for (const int signal : signals)
        if (std::signal(signal, remember) == SIG_IGN) std::signal(signal, SIG_IGN);  // as nohup wants it
}

Interruption::~Interruption() {
    for (const int signal : signals)
        if (std::signal(signal, SIG_DFL) == SIG_IGN) std::signal(signal, SIG_IGN);
}

bool Interruption::is_requested() const { return caught != 0; }

void end_by_caught_signal() {
    std::raise(caught);
    std::abort();
}

}  // namespace ghostcard::cli
