// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/pci_settings.h>
#include <ghostcard/bus/pci/transaction.h>
#include <ghostcard/bus/requester.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ghostcard::bus::pci {

/// What a target makes of a data phase.
enum class Answer {
    transfer,  ///< TRDY#, when its wait states are over.
    stop,      ///< STOP# without TRDY#: retry in the first data phase, later disconnect without data.
    abort,     ///< STOP# with DEVSEL# deasserted: target abort.
};

/// One data phase, or a row of them.
struct Access {
    RequesterId master;
    Command command = Command::memory_read;
    BusAddress address;  ///< Of the first byte.
    std::uint64_t bytes = 0;
    std::span<const std::byte> data{};  ///< Of a write whose phase the target is asked about.

    bool write() const { return !is_read(command); }
};

/// An agent that can answer. Clocks are the bus's business; a target says what it does and moves the bytes. Instants
/// are parameters: a bus may ask some time after the instant that it asks about, in order.
class Target {
public:
    virtual ~Target() = default;

    /// Whether it would assert DEVSEL# for this address phase.
    virtual bool claims(Command command, BusAddress address) const = 0;
    virtual TargetTiming timing() const = 0;
    /// Has to be read and written at the very instant: it looks at simulated time, or has effects elsewhere.
    virtual bool punctual() const = 0;

    /// Asked once at the beginning of each data phase (the first: in the clock of DEVSEL#).
    virtual Answer answer(const Access& phase, Duration at) = 0;
    /// At the beginning of the clock in which TRDY# is asserted.
    virtual void read(const Access& phase, std::span<std::byte> data, Duration at) = 0;
    /// At the end of the clock in which TRDY# is asserted.
    virtual void write(const Access& access, std::span<const std::byte> data, Duration at) = 0;

    /// How many bytes of the access, from its first on, it is sure to transfer whenever they come, until
    /// targets_changed() of the bus. Only a target that is not punctual can know.
    virtual std::uint64_t certain(const Access& access) const {
        static_cast<void>(access);
        return 0;
    }
    /// Nobody can tell any more that long after a row of data phases that it was certain of, when each was written: the
    /// bus may hand them over at once, with the end of the last.
    virtual Duration settling_time() const { return Duration::max(); }
};

}  // namespace ghostcard::bus::pci
