// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/simulation.h"

#include <ghostcard/bus/pci/cycle_bus.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace ghostcard::tests {

/// A target that holds bytes and keeps the times at which they moved.
class MemoryTarget : public bus::pci::Target {
public:
    BusAddress base;
    std::vector<std::byte> bytes = std::vector<std::byte>(1 << 16);
    bus::pci::TargetTiming how{bus::pci::Decode::fast};
    std::uint64_t abort_at = ~0ull;  ///< Offset of the byte at which it aborts.
    std::vector<Duration> writes;

    bool claims(bus::pci::Command, BusAddress address) const override {
        return address >= base && address < base + bytes.size();
    }
    bus::pci::TargetTiming timing() const override { return how; }
    bool punctual() const override { return false; }
    bus::pci::Answer answer(const bus::pci::Access& phase, Duration) override {
        return phase.address - base < abort_at ? bus::pci::Answer::transfer : bus::pci::Answer::abort;
    }
    void read(const bus::pci::Access& phase, std::span<std::byte> data, Duration) override {
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(phase.address - base), data.size(), data.begin());
    }
    void write(const bus::pci::Access& phase, std::span<const std::byte> data, Duration at) override {
        std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(phase.address - base));
        writes.push_back(at);
    }
};

class Recorder : public bus::pci::TransactionObserver, public bus::pci::PinObserver {
public:
    std::vector<bus::pci::TransactionRecord> records;
    struct Clock {
        Duration begin;
        bus::pci::Pins pins;
    };
    std::vector<Clock> clocks;

    void transaction(const bus::pci::TransactionRecord& record) override { records.push_back(record); }
    void drive(const bus::pci::Pins& pins) override { clocks.push_back({bus::simulated_now(), pins}); }

    /// The wire, a character for each recorded clock of the transaction: '_' asserted, '-' not.
    template <class Pin>
    std::string wave(Pin pin, const bus::pci::TransactionRecord& record, Duration period) const {
        std::string wave;
        for (const Clock& clock : clocks)
            if (clock.begin >= record.start && clock.begin < record.start + record.clocks * period)
                wave += pin(clock.pins) ? '_' : '-';
        return wave;
    }
};

}  // namespace ghostcard::tests
