// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/transaction.h>

#include <cstdint>
#include <map>

namespace ghostcard::bus::pci {

/// What went over the bus, by master.
class BusStatistics : public TransactionObserver {
public:
    struct Master {
        std::uint64_t transactions = 0;
        std::uint64_t clocks = 0;
        std::uint64_t data_phases = 0;
        std::uint64_t bytes = 0;
        std::map<Termination, std::uint64_t> by_termination;
        std::map<unsigned, std::uint64_t> by_clocks;      ///< Memory transactions that moved data, by their clocks.
        std::map<std::uint64_t, std::uint64_t> by_bytes;  ///< The same by their bytes.
    };

    void transaction(const TransactionRecord& record) override {
        Master& master = masters_[record.master];
        const std::uint64_t times = record.times;
        master.transactions += times;
        master.clocks += times * record.clocks;
        master.data_phases += times * record.data_phases;
        master.bytes += times * record.bytes;
        master.by_termination[record.termination] += times;
        if (record.bytes != 0 && !is_configuration(record.command)) {
            master.by_clocks[record.clocks] += times;
            master.by_bytes[record.bytes] += times;
        }
    }

    const std::map<unsigned, Master>& masters() const { return masters_; }

private:
    std::map<unsigned, Master> masters_;
};

/// The value that so large a part of the counted ones do not exceed (nearest rank); counts not empty, 0 < part <= 1.
template <class Value>
Value percentile(const std::map<Value, std::uint64_t>& counts, double part) {
    std::uint64_t total = 0;
    for (const auto& [value, count] : counts) total += count;
    std::uint64_t seen = 0;
    for (const auto& [value, count] : counts) {
        seen += count;
        if (static_cast<double>(seen) >= part * static_cast<double>(total)) return value;
    }
    return counts.rbegin()->first;
}

}  // namespace ghostcard::bus::pci
