// SPDX-License-Identifier: MIT
#include "transaction_line.h"

#include <algorithm>
#include <iterator>

namespace ghostcard::scenarios::trace {

void Transactions::add(const bus::pci::TransactionRecord& record, bool is_burst) {
    const Duration* starts = nullptr;
    if (!record.starts.empty()) starts = starts_.emplace_back(record.starts.begin(), record.starts.end()).data();
    rows_.push_back({.start = record.start,
                     .interval = record.interval,
                     .starts = starts,
                     .address = record.address.value,
                     .times = record.times,
                     .step = static_cast<std::uint32_t>(record.step),
                     .bytes = static_cast<std::uint32_t>(record.bytes),
                     .clocks = record.clocks,
                     .master = static_cast<std::uint8_t>(record.master),
                     .is_burst = is_burst,
                     .termination = record.termination});
}

void Transactions::sort() {
    const auto before = [](const Row& a, const Row& b) { return a.start < b.start; };
    if (!std::is_sorted(rows_.begin(), rows_.end(), before)) std::sort(rows_.begin(), rows_.end(), before);
    if (!std::any_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.times != 1; })) return;

    std::deque<Row> apart;
    for (auto row = rows_.begin(); row != rows_.end();) {
        // those that begin before the others have ended, as bursts of several transactions do that are repeated
        Duration end = row->last_start();
        auto next = std::next(row);
        for (; next != rows_.end() && next->start < end; ++next) end = std::max(end, next->last_start());
        const auto begin = static_cast<std::ptrdiff_t>(apart.size());
        const bool interleaved = std::next(row) != next;
        for (; row != next; ++row)
            if (interleaved)
                row->take_apart(apart);
            else
                apart.push_back(*row);
        std::sort(apart.begin() + begin, apart.end(), before);
    }
    rows_ = std::move(apart);
}

void Transactions::Row::take_apart(std::deque<Row>& rows) const {
    Row one = *this;
    one.times = 1;
    one.starts = nullptr;
    for (std::uint64_t i = 0; i < times; ++i, one.address += step) {
        one.start = start_of(i);
        rows.push_back(one);
    }
}

void TransactionLine::begin(bus::pci::TraceWindow window) {
    window_ = window;
    row_ = rows_.begin();
    settle();
}

/// Comes to rest before a transaction that is shown.
void TransactionLine::settle() {
    next_ = Duration::max();
    for (; row_ != rows_.end(); ++row_, index_ = 0) {
        for (; index_ < row_->times; ++index_) {
            const Duration begin = begin_of_next();
            if (begin > window_.to) return;
            if (!window_.shows(begin, begin + length())) continue;
            next_ = std::max(begin, window_.from);
            return;
        }
    }
}

/// Goes on to what happens next.
void TransactionLine::step() {
    inside_ = !inside_;
    if (inside_) {
        next_ = std::min(begin_of_next() + length(), window_.to);
    } else {
        ++index_;
        settle();
    }
}

/// All of an instant, since the upper track's come first.
void TransactionLine::write_next(PerfettoFile& file) {
    const Duration now = next_;
    events_.clear();
    for (; next_ == now; step()) events_.push_back({&*row_, index_, !inside_});
    for (const Event& event : events_)
        if (event.row->is_burst) event.write(file, now, track(0), burst_name_);
    for (const Event& event : events_) event.write(file, now, track(1), names_[event.row->master]);
}

void TransactionLine::Event::write(PerfettoFile& file, Duration time, PerfettoFile::Track track, Name name) const {
    if (!begins) return file.end(time, track);
    Arguments arguments{row->address + index * row->step, row->bytes, {}};
    if (row->termination != bus::pci::Termination::completed) arguments.outcome = name_of(row->termination);
    file.begin(time, track, name, arguments);
}

}  // namespace ghostcard::scenarios::trace
