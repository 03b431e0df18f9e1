// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/analytic_bus.h>

#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ghostcard::bus::pci {
namespace {

constexpr std::uint64_t four_gib = 1ull << 32;
constexpr std::size_t most_paced = 256;  // bursts that are told of at once

/// The same but for a shift in time and address.
bool alike(const TransactionRecord& a, const TransactionRecord& b) {
    return a.command == b.command && a.data_phases == b.data_phases && a.first_data_clock == b.first_data_clock &&
           a.last_data_clock == b.last_data_clock && a.clocks == b.clocks && a.bytes == b.bytes &&
           a.termination == b.termination;
}

}  // namespace

/// Collects the transactions of a burst, and sees when it has ended.
void AnalyticBus::note_transaction(const MasterPort& port, const TransactionRecord& record) {
    burst_.push_back(record);
    burst_ends_.push_back(begin_of(clock_));
    const bool alone = std::none_of(ports_.begin(), ports_.end(),
                                    [&](const MasterPort& other) { return &other != &port && other.run != nullptr; });
    if (port.run == nullptr || !alone || burst_.front().master != record.master) {
        forget_bursts();
    } else if (port.run->transferred % port.run->burst_bytes == 0) {
        repeating_ = &ports_[record.master];
    }
}

void AnalyticBus::forget_bursts() {
    repeating_ = nullptr;
    last_.run = nullptr;
    rest_.run = nullptr;
    burst_.clear();
    burst_ends_.clear();
}

AnalyticBus::Boundary AnalyticBus::boundary() const {
    const MasterPort& port = *repeating_;
    return {port.run,
            clock_,
            port.run->transferred,
            arbiter_,
            requests_,
            owner_,
            std::max(port.quiet_until - clock_, Clock{0}),
            burst_,
            burst_ends_};
}

/// Whether everything that the future depends on is as it was a burst ago.
bool AnalyticBus::repeats(const Boundary& before, const Boundary& now) const {
    if (before.run != now.run || grant_changed_ || end_requested_ != never) return false;
    if (now.transferred - before.transferred != now.run->burst_bytes) return false;
    if (before.arbiter != now.arbiter || before.requests != now.requests || before.owner != now.owner ||
        before.quiet != now.quiet || before.transactions.size() != now.transactions.size())
        return false;
    for (std::size_t i = 0; i < now.transactions.size(); ++i) {
        if (!alike(before.transactions[i], now.transactions[i])) return false;
        if (now.ends[i] - before.ends[i] != begin_of(now.clock - before.clock)) return false;
    }
    return true;
}

/// How many bytes of the run lie ahead of which every burst is like any other, but for the last one: that one ends
/// differently.
std::uint64_t AnalyticBus::repeatable_bytes(const Run& run, unsigned master, Target*& target) const {
    const std::uint64_t left = run.data.size() - run.transferred;
    const Access rest{requester(master), run.command, run.address + run.transferred, left};
    target = find_target(rest.command, rest.address);
    if (target == nullptr || !rest.write() || target->punctual() || target->settling_time() == Duration::max())
        return 0;
    const std::uint64_t pattern = std::max<std::uint64_t>({8, target->timing().line, run.cache_line});
    if (run.burst_bytes % pattern != 0 || (run.cache_line != 0 && pattern % run.cache_line != 0)) return 0;
    std::uint64_t bytes = std::min(left - 1, target->certain(rest));
    if (rest.address.value < four_gib) bytes = std::min(bytes, four_gib - rest.address.value);
    return round_down(bytes, run.burst_bytes);
}

/// How many more bursts of the run will go by like the last one and will have ended by then.
std::uint64_t AnalyticBus::repetitions(const Boundary& before, Clock to) const {
    const Run& run = *repeating_->run;
    Target* target = nullptr;
    const std::uint64_t bytes = repeatable_bytes(run, static_cast<unsigned>(repeating_ - ports_.data()), target);
    if (bytes == 0) return 0;
    const Clock settled = (simulated_now() - target->settling_time()) / period();
    const Clock clocks = std::min(to, settled) - clock_;
    const Clock burst_clocks = clock_ - before.clock;
    if (clocks <= 0) return 0;
    return ready_in_time(
        run, burst_clocks,
        std::min<std::uint64_t>(bytes / run.burst_bytes, static_cast<std::uint64_t>(clocks / burst_clocks)));
}

/// How many of so many bursts in a row see the next one ready from their beginning on.
std::uint64_t AnalyticBus::ready_in_time(const Run& run, Clock burst_clocks, std::uint64_t bursts) const {
    if (run.ready_after(run.data.size() - 1) < begin_of(clock_)) return bursts;
    std::array<Duration, most_paced> ready;
    std::uint64_t looked_at = 4;  // at first: at the end of a line it is few
    for (std::uint64_t burst = 0; burst < bursts; looked_at = std::min<std::uint64_t>(2 * looked_at, most_paced)) {
        const auto next = std::span(ready).first(std::min(bursts - burst, looked_at));
        run.ready_after_each(run.transferred + (burst + 1) * run.burst_bytes, next);
        for (const Duration instant : next) {
            if (instant >= begin_of(clock_ + static_cast<Clock>(burst) * burst_clocks)) return burst;
            ++burst;
        }
    }
    return bursts;
}

void AnalyticBus::repeat_bursts(Clock to) {
    Boundary now = boundary();
    if (repeats(last_, now)) {
        const Clock burst_clocks = now.clock - last_.clock;
        if (const std::uint64_t times = repetitions(last_, to)) {
            jump(times, burst_clocks);
            now = boundary();
        }
    }
    last_ = std::move(now);
    burst_.clear();
    burst_ends_.clear();
}

/// So many bursts have gone by as the last one.
void AnalyticBus::jump(std::uint64_t times, Clock burst_clocks) {
    MasterPort& port = *repeating_;
    Run& run = *port.run;
    const std::uint64_t bytes = times * run.burst_bytes;
    const Duration interval = begin_of(burst_clocks);
    const Duration shift = static_cast<std::int64_t>(times) * interval;
    const auto master = static_cast<unsigned>(repeating_ - ports_.data());
    const Access row{requester(master), run.command, run.address + run.transferred, bytes};
    find_target(row.command, row.address)
        ->write(row, run.data.subspan(run.transferred, bytes), burst_ends_.back() + shift);

    for (TransactionRecord& record : burst_) {
        TransactionRecord row_of_records = record;
        row_of_records.address = record.address + run.burst_bytes;
        row_of_records.start = record.start + interval;
        row_of_records.times = times;
        row_of_records.step = run.burst_bytes;
        row_of_records.interval = interval;
        report(row_of_records);
        record.address = record.address + bytes;
        record.start += shift;
    }
    if (run.control && burst_.size() == 1) {
        run.control->moved_often(times, burst_.front().bytes, burst_ends_.front() + interval, interval);
    } else if (run.control) {
        for (std::uint64_t i = 1; i <= times; ++i)
            for (std::size_t j = 0; j < burst_.size(); ++j)
                run.control->moved(burst_[j].bytes, burst_ends_[j] + static_cast<std::int64_t>(i) * interval);
    }
    for (Duration& end : burst_ends_) end += shift;
    clock_ += static_cast<Clock>(times) * burst_clocks;
    if (port.quiet_until > 0) port.quiet_until += static_cast<Clock>(times) * burst_clocks;
    run.transferred += bytes;
    update_wants(port);
    if (transaction_) begin_transaction(transaction_->master);  // back to back: it has just begun
}

/// Whose next burst is not ready while the bus is idle, nobody else wants it and the arbiter will not move.
AnalyticBus::MasterPort* AnalyticBus::resting_port() {
    if (transaction_ || owner_ || requests_ != 0 || grant_changed_ || end_requested_ != never) return nullptr;
    MasterPort* resting = nullptr;
    for (MasterPort& port : ports_) {
        if (port.run == nullptr) continue;
        if (resting != nullptr || port.wants_from <= clock_ || port.wants_from == never || port.quiet_until > clock_)
            return nullptr;
        resting = &port;
    }
    if (resting == nullptr || resting->run->transferred % resting->run->burst_bytes != 0) return nullptr;
    Arbiter arbiter = arbiter_;
    arbiter.clock(requests_, owner_);
    return arbiter == arbiter_ ? resting : nullptr;
}

/// A burst that begins when everything is as it was before another one takes the same clocks, counted from when it is
/// ready.
void AnalyticBus::repeat_from_rest(MasterPort& port, Clock to) {
    const Run& run = *port.run;
    if (rest_.run == &run && rest_.transferred == run.transferred) return;
    const bool alike = rest_.run == &run && run.transferred - rest_.transferred == run.burst_bytes &&
                       rest_.arbiter == arbiter_ && last_.run == &run && last_.transferred == run.transferred;
    if (alike && run.control) {
        Target* target = nullptr;
        const std::uint64_t bytes = repeatable_bytes(run, static_cast<unsigned>(&port - ports_.data()), target);
        const Clock settled = bytes == 0 ? 0 : (simulated_now() - target->settling_time()) / period();
        pace(port, clock_ - rest_.wants_from, bytes, std::min(to, settled));
    }
    rest_ = {&run, port.wants_from, run.transferred, arbiter_};
}

/// Bursts that go by like the last one, each from when it is ready: as long as each finds the bus at rest.
void AnalyticBus::pace(MasterPort& port, Clock rest_clocks, std::uint64_t bytes, Clock to) {
    Run& run = *port.run;
    const std::uint64_t first = run.transferred;
    std::array<Duration, most_paced> ready, shifts;  // of the burst behind each; of each, against the last one
    bool at_rest = true;
    for (std::uint64_t left = bytes / run.burst_bytes; at_rest && left != 0;) {
        const std::uint64_t most = std::min<std::uint64_t>(left, most_paced);
        run.ready_after_each(run.transferred + run.burst_bytes, std::span(ready).first(most));
        std::uint64_t count = 0;
        for (; count < most; ++count) {
            const Clock end = port.wants_from + rest_clocks;
            const Clock next = clock_after(ready[count]);
            at_rest = next > end && end <= to;
            if (!at_rest) break;
            shifts[count] = begin_of(port.wants_from - rest_.wants_from);
            port.wants_from = next;
            clock_ = end;
        }
        if (count == 0) break;
        shift_last_burst(run, std::span(shifts).first(count));
        rest_.wants_from = clock_ - rest_clocks;
        left -= count;
    }
    if (run.transferred == first) return;
    const auto master = static_cast<unsigned>(&port - ports_.data());
    const Access row{requester(master), run.command, run.address + first, run.transferred - first};
    find_target(row.command, row.address)->write(row, run.data.subspan(first, row.bytes), last_.ends.back());
    last_.clock = clock_;
    last_.transferred = run.transferred;
}

/// The last burst goes by again so many times, so much later each time.
void AnalyticBus::shift_last_burst(Run& run, std::span<const Duration> shifts) {
    std::vector<TransactionRecord>& transactions = last_.transactions;
    if (transactions.size() == 1) {
        std::array<Duration, most_paced> starts, ends;
        for (std::size_t i = 0; i < shifts.size(); ++i) {
            starts[i] = transactions.front().start + shifts[i];
            ends[i] = last_.ends.front() + shifts[i];
        }
        TransactionRecord row = transactions.front();
        row.address = row.address + run.burst_bytes;
        row.start = starts.front();
        row.times = shifts.size();
        row.step = run.burst_bytes;
        row.starts = std::span(starts).first(shifts.size());
        run.control->moved_at_each(row.bytes, std::span(ends).first(shifts.size()));
        report(row);
    } else {
        for (std::size_t i = 0; i < shifts.size(); ++i)
            for (std::size_t j = 0; j < transactions.size(); ++j) {
                TransactionRecord record = transactions[j];
                record.address = record.address + (i + 1) * run.burst_bytes;
                record.start += shifts[i];
                run.control->moved(record.bytes, last_.ends[j] + shifts[i]);
                report(record);
            }
    }
    const std::uint64_t bytes = shifts.size() * run.burst_bytes;
    for (std::size_t j = 0; j < transactions.size(); ++j) {
        transactions[j].address = transactions[j].address + bytes;
        transactions[j].start += shifts.back();
        last_.ends[j] += shifts.back();
    }
    run.transferred += bytes;
}

}  // namespace ghostcard::bus::pci
