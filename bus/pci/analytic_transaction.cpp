// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/analytic_bus.h>

#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <utility>

namespace ghostcard::bus::pci {
namespace {

/// A master gives up 5 clocks after its address if DEVSEL# has not come, and the bus is idle in the next (PCI 2.3,
/// 3.3.3.1).
constexpr unsigned master_abort_clocks = 5;
constexpr unsigned quiet_clocks = 2;

}  // namespace

Access AnalyticBus::Transaction::access(RequesterId requester, unsigned first_phase, unsigned end_phase) const {
    const BusAddress first = lanes.phase_begin(first_phase);
    return {requester, request.command, first, lanes.phase_end(end_phase - 1) - first};
}

std::span<std::byte> AnalyticBus::Transaction::data(const Access& access) const {
    return run->data.subspan(run->transferred + (access.address - request.address), access.bytes);
}

void AnalyticBus::Transaction::set_course() {
    course = {phases, 0, 0, 0, ending};
    if (target == nullptr) {
        course = {0, 0, 0, request.clocks + master_abort_clocks, Termination::master_abort};
    } else if (refusal && refusal->phase < phases && refusal->phase <= disconnect_phase) {
        course.phases = refusal->phase;
        course.decision_clock = decision_clock(refusal->phase);
        course.stop_clock = refusal->abort ? std::max(course.decision_clock, devsel_clock + 1) : course.decision_clock;
        course.end_clock = refusal->phase + 1 == phases ? course.stop_clock : course.stop_clock + 1;
        course.outcome = refusal->abort        ? Termination::target_abort
                         : refusal->phase == 0 ? Termination::retry
                                               : Termination::disconnect;
    } else if (disconnect_phase + 1 < phases) {
        course.phases = disconnect_phase + 1;
        course.decision_clock = course.stop_clock = data_clock(disconnect_phase);
        course.end_clock = course.stop_clock + 1;
        course.outcome = Termination::disconnect;
    } else {
        course.end_clock = data_clock(phases - 1);
    }
}

void AnalyticBus::begin_transaction(unsigned master) {
    Run& run = *ports_[master].run;
    Transaction next;
    next.master = master;
    next.run = &run;
    next.request = run.next();
    next.begin = clock_;
    next.target = find_target(next.request.command, next.request.address);
    if (next.target) next.timing = next.target->timing();
    const bool wide = run.wide && next.timing.width == 64 && settings().width == 64;
    next.lanes = {next.request.address, next.request.length, wide ? 8u : 4u};
    next.phases = next.disconnect_phase = next.lanes.phases();
    if (next.target) {
        const TargetTiming& timing = next.timing;
        const unsigned earliest = is_read(next.request.command) ? next.request.clocks + 2 : 0;
        next.devsel_clock = next.request.clocks + static_cast<unsigned>(timing.decode);
        next.first_data_clock = std::max(next.devsel_clock, earliest) + timing.initial_wait;
        if (timing.retry_after) next.refusal = {*timing.retry_after, false};
        if (timing.abort_after && (!next.refusal || *timing.abort_after <= next.refusal->phase))
            next.refusal = {*timing.abort_after, true};
        if (timing.disconnect_after) next.disconnect_phase = *timing.disconnect_after - 1;
        if (timing.line != 0) {
            const BusAddress line_end{round_down(next.request.address.value, timing.line) + timing.line};
            next.disconnect_phase = std::min(next.disconnect_phase, next.lanes.phases_until(line_end) - 1);
        }
    }
    next.set_course();
    transaction_ = next;
}

void AnalyticBus::continue_transaction() {
    if (!transaction_) return;
    Transaction& now = *transaction_;
    const unsigned clock = now.clock(clock_);
    move(now);
    if (clock == now.course.end_clock + 1 && !now.undecided()) return end_transaction();
    const bool stopping = now.course.stop_clock != 0 && clock > now.course.decision_clock;
    if (clock > now.request.clocks && !stopping) end_early(now);
    if (now.undecided() && clock == now.decision_clock(now.certain)) decide(now);
    if (is_read(now.request.command)) move(now);
}

/// The target decides about its next data phase, and as many more as it can be certain of.
void AnalyticBus::decide(Transaction& now) {
    const unsigned wanted = now.course.phases;
    if (!now.target->punctual()) {
        const Access rest = now.access(requester(now.master), now.certain, wanted);
        const std::uint64_t bytes = std::min(rest.bytes, now.target->certain(rest));
        if (bytes != 0) {
            const unsigned end = bytes == rest.bytes ? wanted : now.lanes.phases_until(rest.address + bytes);
            now.certain = end;
            return;
        }
    }
    Access phase = now.access(requester(now.master), now.certain, now.certain + 1);
    if (phase.write()) phase.data = now.data(phase);
    const Answer answer = now.target->answer(phase, begin_of(clock_));
    if (answer == Answer::transfer) {
        ++now.certain;
    } else {
        now.refusal = {now.certain, answer == Answer::abort};
        now.set_course();
    }
}

/// The master makes the data phase that begins the last one, as CycleBus::end_early().
void AnalyticBus::end_early(Transaction& now) const {
    if (now.ending != Termination::completed || now.target == nullptr) return;
    const unsigned clock = now.clock(clock_);
    if (clock != now.phase_begin(clock)) return;
    const unsigned present = now.ended_before(clock);
    if (present + 1 >= now.phases) return;
    const bool stopped = now.run->stop_requested(begin_of(clock_));
    const bool timed_out = clock > now.run->latency_timer && arbiter_.granted() != now.master;
    if (!stopped && !timed_out) return;

    unsigned phases = present + 1;
    if (now.request.command == Command::memory_write_and_invalidate) {
        const BusAddress in_line = now.lanes.phase_begin(present);
        phases = now.lanes.phases_until({round_down(in_line.value, now.run->cache_line) + now.run->cache_line});
        if (phases == now.phases) return;
    }
    now.phases = phases;
    now.ending = stopped ? Termination::stopped : Termination::timeout;
    now.set_course();
}

/// Moves the data of the phases that are over; of a read, and of a target that has to be on time, one by one.
void AnalyticBus::move(Transaction& now) {
    if (now.target == nullptr) return;
    const bool reading = is_read(now.request.command);
    const unsigned clock = now.clock(clock_);
    const unsigned over = std::min({now.ended_before(reading ? clock + 1 : clock), now.course.phases, now.certain});
    if (over <= now.moved) return;

    const auto end_of = [&](unsigned phase) { return begin_of(now.begin + now.data_clock(phase)); };
    const Duration settling = now.target->settling_time();
    if (!reading && settling != Duration::max() && end_of(over - 1) + settling <= simulated_now()) {
        const Access row = now.access(requester(now.master), now.moved, over);
        now.target->write(row, now.data(row), end_of(over - 1));
        now.moved = over;
    }
    for (; now.moved < over; ++now.moved) {
        const Access phase = now.access(requester(now.master), now.moved, now.moved + 1);
        if (reading)
            now.target->read(phase, now.data(phase), end_of(now.moved) - period());
        else
            now.target->write(phase, now.data(phase), end_of(now.moved));
    }
}

/// The present clock is the idle one, or the first of the same master's next write.
void AnalyticBus::end_transaction() {
    Transaction ended = *std::exchange(transaction_, std::nullopt);
    MasterPort& port = ports_[ended.master];
    Run& run = *ended.run;
    TransactionRecord record{.master = ended.master,
                             .command = ended.request.command,
                             .address = ended.request.address,
                             .start = begin_of(ended.begin),
                             .data_phases = ended.course.phases,
                             .bytes = ended.moving(),
                             .termination = ended.course.outcome};
    if (ended.course.phases != 0) {
        record.first_data_clock = ended.first_data_clock;
        record.last_data_clock = ended.data_clock(ended.course.phases - 1);
    }
    run.transferred += record.bytes;
    port.must_repeat = ended.course.outcome == Termination::retry;
    if (ended.course.stop_clock != 0) port.quiet_until = ended.begin + ended.course.stop_clock - 1 + quiet_clocks + 1;
    if (run.control && record.bytes != 0) run.control->moved(record.bytes, begin_of(clock_));

    const Termination outcome = ended.course.outcome;
    if (ended.ends_run())
        finish_run(port, outcome);
    else if (run.done())
        finish_run(port, Termination::completed);
    else
        update_wants(port);

    const bool goes_on = port.run != nullptr && !run.pause_requested(begin_of(clock_)) && wants_bus(port);
    if (settings().fast_back_to_back && !is_read(record.command) && outcome == Termination::completed && goes_on &&
        arbiter_.granted() == ended.master)
        back_to_back_ = ended.master;
    record.clocks = back_to_back_ ? ended.course.end_clock : ended.course.end_clock + 1;
    report(record);
    note_transaction(port, record);
}

}  // namespace ghostcard::bus::pci
