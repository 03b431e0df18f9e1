// SPDX-License-Identifier: MIT
#pragma once

#include "line.h"

#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pci/transaction.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace ghostcard::scenarios::trace {

/// The transactions of a bus, in little memory: there may be millions.
class Transactions {
public:
    /// One, or a row of alike ones.
    struct Row {
        Duration start{};
        Duration interval{};
        const Duration* starts = nullptr;  ///< Of each, unless they are an interval apart.
        std::uint64_t address = 0;
        std::uint64_t times = 1;
        std::uint32_t step = 0;
        std::uint32_t bytes = 0;
        std::uint32_t clocks = 0;
        std::uint8_t master = 0;
        bool is_burst = false;  ///< It moved video.
        bus::pci::Termination termination{};

        Duration start_of(std::uint64_t index) const {
            return starts != nullptr ? starts[index] : start + static_cast<std::int64_t>(index) * interval;
        }
        Duration last_start() const { return start_of(times - 1); }
        void take_apart(std::deque<Row>& rows) const;
    };

    void add(const bus::pci::TransactionRecord& record, bool is_burst);
    /// In the order of time, which they come in but for those that the bus tells of late.
    void sort();
    const std::deque<Row>& rows() const { return rows_; }

private:
    std::deque<Row> rows_;
    std::deque<std::vector<Duration>> starts_;  ///< Of rows.
};

/// Transactions as slices on two tracks: bursts, and below it all.
class TransactionLine : public Line {
public:
    /// names: by the masters' numbers. The transactions must outlive it.
    TransactionLine(const Transactions& transactions, Duration period, Name burst_name, std::vector<Name> names)
        : rows_(transactions.rows()), period_(period), burst_name_(burst_name), names_(std::move(names)) {}

    /// When all are known and in order: leaves out what the window does not show, cuts what it shows in part.
    void begin(bus::pci::TraceWindow window);

    Duration next() const override { return next_; }
    void write_next(PerfettoFile& file) override;

private:
    /// A transaction begins or ends.
    struct Event {
        const Transactions::Row* row;
        std::uint64_t index;  ///< In the row.
        bool begins;

        void write(PerfettoFile& file, Duration time, PerfettoFile::Track track, Name name) const;
    };

    void settle();
    void step();
    Duration begin_of_next() const { return row_->start_of(index_); }
    Duration length() const { return row_->clocks * period_; }

    const std::deque<Transactions::Row>& rows_;
    const Duration period_;
    const Name burst_name_;
    const std::vector<Name> names_;
    bus::pci::TraceWindow window_;
    std::deque<Transactions::Row>::const_iterator row_;
    std::uint64_t index_ = 0;  ///< In the row.
    bool inside_ = false;
    Duration next_ = Duration::max();
    std::vector<Event> events_;  ///< At the present instant.
};

}  // namespace ghostcard::scenarios::trace
