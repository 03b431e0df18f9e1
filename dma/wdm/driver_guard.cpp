// SPDX-License-Identifier: MIT
#include "driver_guard.h"

#include <array>
#include <csignal>

#include <ucontext.h>

namespace ghostcard::dma {
namespace {

constexpr std::array signals{SIGSEGV, SIGBUS};

DriverGuard* innermost = nullptr;
std::array<struct sigaction, signals.size()> before{};
unsigned handlers = 0;

}  // namespace

/// The signal handler.
class FaultReport {
public:
    static void handle(int signal, siginfo_t* info, void* context) {
        DriverGuard* const guard = innermost;
        if (guard == nullptr || !guard->in_driver_) {  // ours: as if there were no handler
            std::signal(signal, SIG_DFL);
            return;
        }
        guard->address_ = reinterpret_cast<std::uintptr_t>(info->si_addr);
#if defined(__x86_64__)
        constexpr greg_t written = 2;  // page fault error code, W/R
        guard->write_ = (static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & written) != 0;
#else
        (void)context;
#endif
        siglongjmp(guard->resume, 1);
    }
};

DriverGuard::DriverGuard() : outer_(innermost) { innermost = this; }
DriverGuard::~DriverGuard() { innermost = outer_; }

DriverGuard::Handler::Handler() {
    if (handlers++ > 0) return;
    struct sigaction action {};
    action.sa_sigaction = &FaultReport::handle;
    action.sa_flags = SA_SIGINFO;
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &before[i]);
}

DriverGuard::Handler::~Handler() {
    if (--handlers > 0) return;
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before[i], nullptr);
}

SystemCall::SystemCall() : guard_(innermost), in_driver_(guard_ != nullptr && guard_->in_driver_) {
    if (guard_ != nullptr) guard_->in_driver_ = false;
}

SystemCall::~SystemCall() {
    if (guard_ != nullptr) guard_->in_driver_ = in_driver_;
}

}  // namespace ghostcard::dma
