// SPDX-License-Identifier: MIT
#pragma once

#include "line.h"

#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pci/transaction.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace ghostcard::scenarios::trace {

/// Transactions as slices, of which a row of alike ones takes no more memory than one.
class TransactionLine : public Line {
public:
    using Record = bus::pci::TransactionRecord;

    /// names: by the masters' numbers.
    TransactionLine(Duration period, std::vector<Name> names) : period_(period), names_(std::move(names)) {}

    void add(const Record& row) { rows_.push_back(row); }
    /// After the last one: leaves out what the window does not show, cuts what it shows in part.
    void begin(bus::pci::TraceWindow window);

    Duration next() const override;
    void write_next(PerfettoFile& file) override;

private:
    void settle();
    Duration begin_of_next() const { return row_->start + static_cast<std::int64_t>(index_) * row_->interval; }
    Duration length() const { return row_->clocks * period_; }

    const Duration period_;
    const std::vector<Name> names_;
    std::vector<Record> rows_;
    bus::pci::TraceWindow window_;
    std::vector<Record>::const_iterator row_;
    std::uint64_t index_ = 0;  ///< In the row.
    bool inside_ = false;
    Duration next_ = Duration::max();
};

}  // namespace ghostcard::scenarios::trace
