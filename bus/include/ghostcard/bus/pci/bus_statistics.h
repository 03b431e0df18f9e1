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
        std::uint64_t master_aborts = 0;
        std::uint64_t target_aborts = 0;
        std::map<unsigned, std::uint64_t> by_clocks;      ///< Completed memory transactions by their length in clocks.
        std::map<std::uint64_t, std::uint64_t> by_bytes;  ///< The same by their bytes.
    };

    void transaction(const TransactionRecord& record) override {
        Master& master = masters_[record.master];
        ++master.transactions;
        master.clocks += record.clocks;
        master.data_phases += record.data_phases;
        master.bytes += record.bytes;
        master.master_aborts += record.termination == Termination::master_abort;
        master.target_aborts += record.termination == Termination::target_abort;
        if (record.termination == Termination::completed && !is_configuration(record.command)) {
            ++master.by_clocks[record.clocks];
            ++master.by_bytes[record.bytes];
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
