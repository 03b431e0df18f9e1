// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/cycle_bus.h>

#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <utility>

namespace ghostcard::bus::pci {
namespace {

/// With no DEVSEL# up to the subtractive decoder's clock, FRAME# goes in the next one (PCI 2.3, 3.3.3.1).
constexpr unsigned clocks_to_master_abort = static_cast<unsigned>(Decode::subtractive) + 1;
/// After STOP#, REQ# is deasserted for two clocks, one of them the idle one (PCI 2.3, 3.4.1).
constexpr unsigned quiet_clocks = 2;

}  // namespace

CycleBus::CycleBus(const sc_core::sc_module_name& name, const PciSettings& settings)
    : sc_module(name),
      PciBus(settings),
      arbiter_(settings.arbitration, settings.parking),
      clock_period_(to_sc_time(period())) {
    SC_HAS_PROCESS(CycleBus);
    SC_METHOD(begin_clock);
    sensitive << edge_;  // the first clock is that of reset: the arbiter parks
}

void CycleBus::master_attached() {
    ports_.emplace_back();
    arbiter_.set_masters(static_cast<unsigned>(ports_.size()));
}

void CycleBus::transport(unsigned master, Run& run) {
    MasterPort& port = ports_[master];
    port.run = &run;
    port.handed_over = simulated_now();
    port.ready_at = std::max(port.handed_over, run.ready_after(0));
    if (run.control) run.control->carry(this);
    wake_at_edge_after(simulated_now());
    while (port.run != nullptr) sc_core::wait(*port.finished);
    if (run.control) run.control->carry(nullptr);
}

void CycleBus::catch_up() {
    if (next_edge_ == simulated_now()) begin_clock();
    if (transaction_) hand_over(*transaction_);
}

/// What was certain of phases that have not been decided by now is so no longer.
void CycleBus::targets_changed() {
    if (!transaction_) return;
    const unsigned decided = transaction_->phase + (transaction_->clock >= transaction_->phase_clock ? 1 : 0);
    transaction_->certain = std::min(transaction_->certain, decided);
}

void CycleBus::end_requested(Duration) {
    end_requested_ = true;
    wake_at_edge_after(simulated_now());
}

bool CycleBus::wants_bus(const MasterPort& port) const {
    return port.run != nullptr && port.ready_at < now_ && clock_ >= port.quiet_until;
}

/// One clock: first what was sampled at the end of the clock before, then what is driven in this one.
void CycleBus::begin_clock() {
    const Duration now = simulated_now();
    if (started_ && now_ == now) return;
    clock_ = started_ && now_ + period() == now ? clock_ + 1 : now / period();
    started_ = true;
    now_ = now;
    continue_transaction();
    const std::optional<unsigned> granted = arbiter_.granted();
    arbiter_.clock(requests_, owner_);

    if (end_requested_) end_waiting_runs();
    const bool may_begin = !owner_ || back_to_back_ == granted;
    if (!transaction_ && may_begin && granted && wants_bus(ports_[*granted])) begin_transaction(*granted);
    back_to_back_.reset();
    drive_requests();
    if (pin_observer_) show_pins();
    wake_for_next_clock(owner_ || transaction_ || requests_ != 0 || !arbiter_.at_rest());
}

void CycleBus::wake_for_next_clock(bool active) {
    if (active) {
        next_edge_ = now_ + period();
        return edge_.notify(clock_period_);
    }
    for (const MasterPort& port : ports_)
        if (port.run != nullptr && port.ready_at != Duration::max())
            wake_at_edge_after(std::max({now_, port.ready_at, (port.quiet_until - 1) * period()}));
}

void CycleBus::wake_at_edge_after(Duration instant) {
    const Duration now = simulated_now();
    const Duration edge = (instant / period() + 1) * period();
    if (next_edge_ > now && next_edge_ <= edge) return;
    next_edge_ = edge;
    edge_.notify(to_sc_time(edge - now));
}

void CycleBus::continue_transaction() {
    owner_.reset();
    if (!transaction_) return;
    Transaction& now = *transaction_;
    owner_ = now.master;
    if (now.transferring()) end_data_phase(now);
    if (now.clock == now.end_clock) return end_transaction();
    ++now.clock;
    if (!now.addressing() && now.stop_clock == 0) end_early(now);
    if (now.target && now.clock == now.phase_clock) begin_data_phase(now);
    if (now.transferring() && is_read(now.request.command)) {
        const Access phase = now.access(requester(now.master), now.phase, now.phase + 1);
        now.target->read(phase, now.data(phase), now_);
    }
}

void CycleBus::begin_transaction(unsigned master) {
    Run& run = *ports_[master].run;
    Transaction next;
    next.master = master;
    next.run = &run;
    next.request = run.next();
    next.record.master = master;
    next.record.command = next.request.command;
    next.record.address = next.request.address;
    next.record.start = now_;

    next.target = find_target(next.request.command, next.request.address);
    if (next.target) next.timing = next.target->timing();
    const bool wide = run.wide && next.timing.width == 64 && settings().width == 64;  // REQ64# and ACK64#
    next.lanes = {next.request.address, next.request.length, wide ? 8u : 4u};
    next.data_phases = next.lanes.phases();
    if (next.target) {
        const unsigned turnaround_clock = is_read(next.request.command) ? next.request.clocks + 1 : 0;
        next.devsel_clock = next.request.clocks + static_cast<unsigned>(next.timing.decode);
        next.phase_clock = next.devsel_clock;
        next.data_clock = std::max(next.devsel_clock, turnaround_clock + 1) + next.timing.initial_wait;
    } else {
        next.frame_off_clock = next.end_clock = next.request.clocks + clocks_to_master_abort;
        next.outcome = Termination::master_abort;
    }
    transaction_ = next;
    const std::uint64_t will_have_moved = run.transferred + next.request.length;
    ports_[master].then_ready_at =
        will_have_moved == run.data.size() ? Duration::max() : run.ready_after(will_have_moved);
}

bool CycleBus::Transaction::phase_begins() const { return clock == (phase == 0 ? request.clocks + 1 : phase_clock); }

Access CycleBus::Transaction::access(RequesterId requester, unsigned first, unsigned end) const {
    const BusAddress begin = lanes.phase_begin(first);
    return {requester, request.command, begin, lanes.phase_end(end - 1) - begin};
}

Duration CycleBus::Transaction::end_of(unsigned ended_phase, Duration period) const {
    return record.start + (record.first_data_clock + ended_phase * (1 + timing.data_wait)) * period;
}

std::span<std::byte> CycleBus::Transaction::data(const Access& access) const {
    return run->data.subspan(run->transferred + (access.address - request.address), access.bytes);
}

/// The target asserts STOP# along with TRDY#.
bool CycleBus::Transaction::disconnects_with_data() const {
    const bool last_of_line = timing.line != 0 && lanes.phase_end(phase).value % timing.line == 0;
    return last_of_line || phase + 1 == timing.disconnect_after;
}

/// The master makes the data phase that begins the last one, since FRAME# has to stay once IRDY# is asserted: because
/// it wants to, or because its latency timer has run out and its GNT# is gone (PCI 2.3, 3.3.3.1). A memory write and
/// invalidate goes on to the end of the line.
void CycleBus::end_early(Transaction& now) const {
    if (now.in_last_phase() || now.outcome != Termination::completed || !now.phase_begins()) return;
    const bool stopped = end_requested_ && now.run->stop_requested(now_);
    const bool timed_out = now.clock > now.run->latency_timer && arbiter_.granted() != now.master;
    if (!stopped && !timed_out) return;

    unsigned phases = now.phase + 1;
    if (now.request.command == Command::memory_write_and_invalidate) {
        const BusAddress in_line = now.lanes.phase_begin(now.phase);
        phases = now.lanes.phases_until({round_down(in_line.value, now.run->cache_line) + now.run->cache_line});
        if (phases == now.data_phases) return;
    }
    now.data_phases = phases;
    now.outcome = stopped ? Termination::stopped : Termination::timeout;
    now.timed_out = !stopped;
}

/// The target decides whether it will transfer, and says of how many more phases it is certain.
void CycleBus::begin_data_phase(Transaction& now) {
    const TargetTiming& timing = now.timing;
    if (now.phase == timing.abort_after) return stop(now, Termination::target_abort);
    if (now.phase == timing.retry_after)
        return stop(now, now.phase == 0 ? Termination::retry : Termination::disconnect);
    if (now.phase < now.certain) return;
    if (!now.target->punctual()) {
        const Access rest = now.access(requester(now.master), now.phase, now.data_phases);
        const std::uint64_t bytes = std::min(rest.bytes, now.target->certain(rest));
        if (bytes != 0) {
            now.certain = now.lanes.phases_until(rest.address + bytes);
            return;
        }
    }
    Access phase = now.access(requester(now.master), now.phase, now.phase + 1);
    if (phase.write()) phase.data = now.data(phase);
    switch (now.target->answer(phase, now_)) {
        case Answer::transfer: break;
        case Answer::stop: return stop(now, now.phase == 0 ? Termination::retry : Termination::disconnect);
        case Answer::abort: return stop(now, Termination::target_abort);
    }
}

/// STOP# without TRDY#. The master deasserts FRAME#, if it has not yet, in the clock after. For a target abort DEVSEL#
/// must have been asserted for a clock at least before it is taken away (PCI 2.3, 3.3.3.2.1).
void CycleBus::stop(Transaction& now, Termination outcome) {
    now.outcome = outcome;
    now.data_clock = 0;
    now.stop_clock = outcome == Termination::target_abort ? std::max(now.clock, now.devsel_clock + 1) : now.clock;
    now.frame_off_clock = now.stop_clock + 1;
    now.end_clock = now.in_last_phase() ? now.stop_clock : now.frame_off_clock;
}

/// IRDY# and TRDY# were both asserted: the data has moved. With STOP# asserted too it was the last that the target
/// takes (disconnect with data).
void CycleBus::end_data_phase(Transaction& now) {
    if (now.phase == 0) now.record.first_data_clock = now.clock;
    now.record.last_data_clock = now.clock;
    if (now.in_last_phase()) {
        now.end_clock = now.clock;
    } else if (now.disconnects_with_data()) {
        now.outcome = Termination::disconnect;
        now.stop_clock = now.clock;
        now.frame_off_clock = now.end_clock = now.clock + 1;
        now.data_clock = 0;
    } else {
        now.phase_clock = now.clock + 1;
        now.data_clock = now.phase_clock + now.timing.data_wait;
    }
    ++now.phase;
    if (now.phase > now.certain) hand_over(now);
}

/// Written data goes to the target: at once, or, when the target was certain of it, before anybody can tell.
void CycleBus::hand_over(Transaction& now) const {
    if (is_read(now.request.command) || now.handed_over == now.phase) return;
    const auto write = [&](unsigned end) {
        const Access row = now.access(requester(now.master), now.handed_over, end);
        now.handed_over = end;  // first: what the target does about it may ask the bus to catch up
        now.target->write(row, now.data(row), now.end_of(end - 1, period()));
    };
    const Duration settled = now_ - now.target->settling_time();
    unsigned together = now.phase;
    while (together != now.handed_over && now.end_of(together - 1, period()) > settled) --together;
    if (together != now.handed_over) write(together);
    while (now.handed_over != now.phase) write(now.handed_over + 1);
}

/// The present clock is the idle one, or the first of the same master's next write (PCI 2.3, 3.4.2).
void CycleBus::end_transaction() {
    Transaction ended = *std::exchange(transaction_, std::nullopt);
    MasterPort& port = ports_[ended.master];
    Run& run = *ended.run;
    hand_over(ended);
    ended.record.data_phases = ended.phase;
    if (ended.phase != 0) ended.record.bytes = ended.lanes.phase_end(ended.phase - 1) - ended.request.address;
    ended.record.termination = ended.outcome;
    run.transferred += ended.record.bytes;
    port.must_repeat = ended.outcome == Termination::retry;
    if (ended.stop_clock != 0)
        port.quiet_until = clock_ - ended.clock + static_cast<std::int64_t>(ended.stop_clock + quiet_clocks);
    if (run.control && ended.record.bytes != 0) run.control->moved(ended.record.bytes, now_);

    const bool aborted = ended.outcome == Termination::master_abort || ended.outcome == Termination::target_abort;
    if (aborted || ended.outcome == Termination::stopped)
        finish_run(port, ended.outcome);
    else if (run.done())
        finish_run(port, Termination::completed);
    else
        port.ready_at = std::max(port.handed_over, run.ready_after(run.transferred));

    const bool completed_write = !is_read(ended.request.command) && ended.outcome == Termination::completed;
    const bool goes_on = port.run != nullptr && !run.pause_requested(now_) && wants_bus(port);
    if (settings().fast_back_to_back && completed_write && goes_on && arbiter_.granted() == ended.master)
        back_to_back_ = ended.master;
    ended.record.clocks = back_to_back_ ? ended.clock : ended.clock + 1;
    report(ended.record);
}

void CycleBus::end_waiting_runs() {
    end_requested_ = false;
    for (MasterPort& port : ports_) {
        if (port.run == nullptr || !port.run->pause_requested(Duration::max())) continue;
        const bool under_way = transaction_ && transaction_->run == port.run;
        if (!under_way && !port.must_repeat && port.run->pause_requested(now_))
            finish_run(port, Termination::stopped);
        else
            end_requested_ = true;
    }
}

void CycleBus::finish_run(MasterPort& port, Termination termination) {
    port.run->termination = termination;
    port.run = nullptr;
    port.finished->notify(sc_core::SC_ZERO_TIME);
}

/// A master wants to begin a transaction, or wants another one after the present one.
bool CycleBus::asks(const MasterPort& port) const {
    if (port.run == nullptr) return false;
    if (!transaction_ || transaction_->run != port.run) return wants_bus(port);
    const Transaction& now = *transaction_;
    const bool more = now.timed_out || port.then_ready_at < now_;
    const bool stopped = now.stop_clock != 0 && now.clock > now.stop_clock;
    return more && !stopped && !(end_requested_ && now.run->pause_requested(now_));
}

void CycleBus::drive_requests() {
    requests_ = 0;
    std::uint32_t request = 1;
    for (const MasterPort& port : ports_) {
        if (asks(port)) requests_ |= request;
        request <<= 1;
    }
}

}  // namespace ghostcard::bus::pci
