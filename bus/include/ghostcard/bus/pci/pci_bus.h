// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/target.h>

#include <cstddef>
#include <span>
#include <vector>

namespace ghostcard::bus::pci {

/// The clock period of PCI's nominal frequencies as its timing tables use it: 30 ns for 33 MHz, 15 ns for 66 MHz;
/// otherwise 1/f in whole picoseconds.
constexpr Duration clock_period(Hertz clock) {
    if (clock.count == 33'000'000) return nanoseconds(30);
    if (clock.count == 66'000'000) return nanoseconds(15);
    return Duration(static_cast<std::int64_t>((1'000'000'000'000u + clock.count / 2) / clock.count));
}

/// A conventional PCI bus segment. Masters and targets are attached while the platform is built.
class PciBus {
public:
    explicit PciBus(const PciSettings& settings) : settings_(settings), period_(clock_period(settings.clock)) {}
    virtual ~PciBus() = default;

    Duration period() const { return period_; }

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
    /// A bus may lag behind simulated time as long as nobody looks; it never leads. Brings it up to the present.
    virtual void catch_up() = 0;
    /// What targets are certain of may have changed, at this instant.
    virtual void targets_changed() = 0;

protected:
    const PciSettings& settings() const { return settings_; }
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
    const PciSettings settings_;
    const Duration period_;
    std::vector<RequesterId> masters_;
    std::vector<Target*> targets_;
    std::vector<TransactionObserver*> observers_;
};

}  // namespace ghostcard::bus::pci
