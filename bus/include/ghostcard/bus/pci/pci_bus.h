// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/transaction.h>
#include <ghostcard/bus/requester.h>

#include <cstddef>
#include <span>
#include <vector>

namespace ghostcard::bus::pci {

/// An agent that can answer. Timing is the bus's business; a target says whether it answers and moves the bytes.
class Target {
public:
    virtual ~Target() = default;

    /// Whether it would assert DEVSEL# for this address phase.
    virtual bool claims(Command command, BusAddress address) const = 0;
    virtual TargetTiming timing() const = 0;
    /// Asked at the beginning of the clock in which TRDY# is due; false makes it a target abort. The bytes lie within
    /// one data phase.
    virtual bool accepts(RequesterId master, Command command, BusAddress address) = 0;
    /// At the beginning of the clock in which TRDY# is asserted.
    virtual void read(Command command, BusAddress address, std::span<std::byte> data) = 0;
    /// At the end of the clock in which TRDY# is asserted.
    virtual void write(Command command, BusAddress address, std::span<const std::byte> data) = 0;
};

/// A conventional PCI bus segment. Masters and targets are attached while the platform is built.
class PciBus {
public:
    virtual ~PciBus() = default;

    /// Numbers masters from 0 in order of attachment: the n of REQn# and GNTn#. The host bridge comes first.
    unsigned attach_master(RequesterId requester) {
        masters_.push_back(requester);
        master_attached();
        return static_cast<unsigned>(masters_.size() - 1);
    }
    void attach_target(Target& target) { targets_.push_back(&target); }
    void attach_observer(TransactionObserver& observer) { observers_.push_back(&observer); }

    /// Blocks the calling SystemC thread until the run has ended; one run per master at a time.
    virtual void transport(unsigned master, Run& run) = 0;

protected:
    virtual void master_attached() = 0;

    Target* find_target(Command command, BusAddress address) const {
        for (Target* const target : targets_)
            if (target->claims(command, address)) return target;
        return nullptr;
    }
    void report(const TransactionRecord& record) const {
        for (TransactionObserver* const observer : observers_) observer->transaction(record);
    }
    RequesterId requester(unsigned master) const { return masters_[master]; }
    std::size_t masters() const { return masters_.size(); }

private:
    std::vector<RequesterId> masters_;
    std::vector<Target*> targets_;
    std::vector<TransactionObserver*> observers_;
};

/// The clock period of PCI's nominal frequencies as its timing tables use it: 30 ns for 33 MHz, 15 ns for 66 MHz;
/// otherwise 1/f in whole picoseconds.
constexpr Duration clock_period(Hertz clock) {
    if (clock.count == 33'000'000) return nanoseconds(30);
    if (clock.count == 66'000'000) return nanoseconds(15);
    return Duration(static_cast<std::int64_t>((1'000'000'000'000u + clock.count / 2) / clock.count));
}

}  // namespace ghostcard::bus::pci
