// SPDX-License-Identifier: MIT
#pragma once

#include <csetjmp>
#include <cstdint>

namespace ghostcard::dma {

/// Catches accesses to memory that is not there, as long as driver code runs: between a guard's beginning and end, but
/// not in a SystemCall between them. Guards nest as calls do: the system calls the driver, which calls the system.
///
///     DriverGuard guard;
///     if (sigsetjmp(guard.resume, 1) != 0) ... guard.address(), guard.write() ...
///     driver_code();
///
/// Code of the driver is left without unwinding, as C code may be.
class DriverGuard {
public:
    DriverGuard();
    ~DriverGuard();
    DriverGuard(const DriverGuard&) = delete;
    DriverGuard& operator=(const DriverGuard&) = delete;

    std::uint64_t address() const { return address_; }
    bool write() const { return write_; }

    sigjmp_buf resume;

    /// Handles the process's access violations while any of them exists.
    class Handler {
    public:
        Handler();
        ~Handler();
        Handler(const Handler&) = delete;
        Handler& operator=(const Handler&) = delete;
    };

private:
    friend class SystemCall;
    friend class FaultReport;

    DriverGuard* const outer_;
    bool in_driver_ = true;
    std::uint64_t address_ = 0;
    bool write_ = false;
};

/// Code of the system runs on behalf of the driver: an access violation in it is a mistake of ours.
class SystemCall {
public:
    SystemCall();
    ~SystemCall();
    SystemCall(const SystemCall&) = delete;
    SystemCall& operator=(const SystemCall&) = delete;

private:
    DriverGuard* const guard_;
    const bool in_driver_;
};

}  // namespace ghostcard::dma
