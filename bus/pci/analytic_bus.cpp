// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/analytic_bus.h>

#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <utility>

namespace ghostcard::bus::pci {

AnalyticBus::AnalyticBus(const sc_core::sc_module_name& name, const PciSettings& settings)
    : sc_module(name), PciBus(settings), arbiter_(settings.arbitration, settings.parking) {
    SC_HAS_PROCESS(AnalyticBus);
    SC_METHOD(wake);
    sensitive << wake_;  // the first clock is that of reset: the arbiter parks
}

void AnalyticBus::master_attached() {
    ports_.emplace_back();
    arbiter_.set_masters(static_cast<unsigned>(ports_.size()));
}

// ---- between the simulation and the bus's own time ------------------------------------------------------------------

void AnalyticBus::transport(unsigned master, Run& run) {
    catch_up();
    MasterPort& port = ports_[master];
    port.run = &run;
    port.handed_over = simulated_now();
    update_wants(port);
    if (run.control) run.control->carry(this);
    while (port.run != nullptr) {
        const Clock next = next_visible_clock();
        if (next == never || !is_alone(run)) {
            schedule_wake();
            sc_core::wait(*port.finished);
        } else {  // saves a process and an event
            sc_core::wait(to_sc_time(begin_of(next) - simulated_now()), *port.finished);
            catch_up();
        }
    }
    if (run.control) run.control->carry(nullptr);
}

void AnalyticBus::catch_up() { advance(simulated_now() / period()); }

void AnalyticBus::wake() {
    catch_up();
    schedule_wake();
}

void AnalyticBus::end_requested(Duration at) {
    end_requested_ = std::min(end_requested_, clock_after(at));
    schedule_wake();
}

/// What was certain of phases that have not been decided by now is so no longer.
void AnalyticBus::targets_changed() {
    if (transaction_ && transaction_->target) {
        Transaction& now = *transaction_;
        const unsigned clock = now.clock(simulated_now() / period());
        unsigned decided = now.ended_before(clock + 1);
        if (now.decision_clock(decided) <= clock) ++decided;
        now.certain = std::min(now.certain, decided);
    }
    schedule_wake();
}

void AnalyticBus::advance(Clock to) {
    if (advancing_) return;
    advancing_ = true;
    for (;;) {
        if (MasterPort* const port = resting_port()) repeat_from_rest(*port, to);
        const Clock next = next_clock();
        if (next > to) break;
        step(next);
        if (repeating_) repeat_bursts(to);
    }
    if (transaction_ && to > clock_) {  // nothing changes up to there but for data that moves
        clock_ = to;
        move(*transaction_);
    }
    advancing_ = false;
}

void AnalyticBus::schedule_wake() {
    if (advancing_) return;  // whoever advances does it
    const Clock next = next_visible_clock();
    if (next != never) wake_.notify(to_sc_time(begin_of(next) - simulated_now()));
}

bool AnalyticBus::is_alone(const Run& run) const {
    return std::none_of(ports_.begin(), ports_.end(),
                        [&](const MasterPort& port) { return port.run != nullptr && port.run != &run; });
}

/// Not later than the next clock in which anything happens that can be seen from outside.
AnalyticBus::Clock AnalyticBus::next_visible_clock() const {
    Clock next = transaction_ && transaction_->on_time() ? next_access() : never;
    for (const MasterPort& port : ports_)
        if (port.run != nullptr) next = std::min(next, earliest_end(port));
    return std::max(next, simulated_now() / period() + 1);
}

/// When a target that has to be on time is accessed next, or will refuse to be.
AnalyticBus::Clock AnalyticBus::next_access() const {
    const Transaction& now = *transaction_;
    if (end_requested_ != never || now.run->pause_requested(Duration::max()) || !is_alone(*now.run))
        return next_clock();
    if (now.moved >= now.course.phases) return now.begin + now.course.end_clock;
    const Clock data = now.begin + now.data_clock(now.moved) - (is_read(now.request.command) ? 1 : 0);
    return now.undecided() ? std::min<Clock>(data, now.begin + now.decision_clock(now.certain) - 1) : data;
}

/// A clock before which the present transaction cannot have ended: as things stand, or as soon as its master may lose
/// the bus to another.
AnalyticBus::Clock AnalyticBus::earliest_idle_clock() const {
    const Transaction& now = *transaction_;
    if (now.undecided() || now.run->pause_requested(Duration::max())) return next_clock();
    const Clock end = now.begin + now.course.end_clock;
    if (is_alone(*now.run) || now.run->latency_timer == Run::no_latency_timer) return end;
    return std::min(end, std::max(now.begin + static_cast<Clock>(now.run->latency_timer), clock_ + 1));
}

/// A clock before which a run cannot have ended.
AnalyticBus::Clock AnalyticBus::earliest_end(const MasterPort& port) const {
    const Run& run = *port.run;
    Clock earliest = std::max(port.wants_from, clock_ + 1);
    std::uint64_t moved = run.transferred;
    if (transaction_) {
        const Transaction& now = *transaction_;
        const Clock end = earliest_idle_clock();
        if (now.run == port.run) {
            if (now.on_time()) return next_access();
            if (now.undecided() || now.ends_run() || run.pause_requested(Duration::max())) return next_clock();
            moved += now.moving();
            if (moved == run.data.size()) return end;
        }
        earliest = std::max(earliest, end);
    }
    if (run.pause_requested(Duration::max())) return next_clock();

    const std::uint64_t left = run.data.size() - moved;
    const auto master = static_cast<unsigned>(&port - ports_.data());
    const Access rest{requester(master), run.command, run.address + moved, left};
    const Target* const target = find_target(rest.command, rest.address);
    if (earliest == never || target == nullptr || target->timing().abort_after) return earliest;
    if (target->punctual()) return earliest + static_cast<unsigned>(target->timing().decode);  // it begins at once
    const std::uint64_t certain = std::min(left, target->certain(rest));
    const unsigned phase_bytes = run.wide ? settings().width / 8 : 4;
    const Clock all_data = earliest + static_cast<Clock>(certain / phase_bytes);
    if (certain != left) return all_data;
    const std::uint64_t last_burst = run.data.size() - round_down(run.data.size() - 1, run.burst_bytes);
    const Clock last_ready = clock_after(run.ready_after(run.data.size() - 1));
    return last_ready == never ? never : std::max(all_data, last_ready + static_cast<Clock>(last_burst / phase_bytes));
}

// ---- stepping -------------------------------------------------------------------------------------------------------

/// The next clock in which anything can change.
AnalyticBus::Clock AnalyticBus::next_clock() const {
    const Clock following = clock_ + 1;
    if (clock_ < 0 || grant_changed_) return following;
    Arbiter arbiter = arbiter_;
    arbiter.clock(requests_, owner_);
    if (arbiter != arbiter_) return following;

    Clock next = std::max(following, end_requested_);
    const auto granted = arbiter_.granted();
    if (!transaction_ && granted && wants_bus(ports_[*granted])) return following;
    for (const MasterPort& port : ports_)
        if (port.run != nullptr && !(transaction_ && transaction_->run == port.run) && port.wants_from > clock_)
            next = std::min(next, port.wants_from);
    if (transaction_) next = std::min(next, next_clock_of(*transaction_));
    return std::max(next, following);
}

AnalyticBus::Clock AnalyticBus::next_clock_of(const Transaction& now) const {
    const Clock following = clock_ + 1;
    Clock next = now.begin + now.course.end_clock;
    const auto at = [&](unsigned clock) {  // of the transaction
        const Clock candidate = now.begin + clock - 1;
        if (candidate >= following) next = std::min(next, candidate);
    };
    if (now.undecided()) {
        next = never;
        at(now.decision_clock(now.certain));
    }
    if (now.target != nullptr && now.run->pause_requested(Duration::max())) at(now.phase_begin(now.clock(following)));
    if (now.target != nullptr && arbiter_.granted() != now.master && now.run->latency_timer != Run::no_latency_timer)
        at(now.phase_begin(std::max(now.clock(following), now.run->latency_timer + 1)));
    if (now.course.stop_clock != 0) at(now.course.stop_clock + 1);
    if (now.on_time() && now.moved < now.course.phases) {
        at(now.data_clock(now.moved));
        at(now.data_clock(now.moved) + 1);
    }
    const std::uint64_t will_have_moved = now.run->transferred + now.request.length;
    if (will_have_moved < now.run->data.size()) {
        const Clock ready = clock_after(now.run->ready_after(will_have_moved));
        if (ready >= following) next = std::min(next, ready);
    }
    return next;
}

/// As CycleBus::begin_clock(), for a clock before which nothing has changed since the last step.
void AnalyticBus::step(Clock clock) {
    clock_ = clock;
    repeating_ = nullptr;
    const std::optional<unsigned> owner = owner_;
    continue_transaction();
    const std::optional<unsigned> granted = arbiter_.granted();
    arbiter_.clock(requests_, owner);
    grant_changed_ = arbiter_.granted() != granted;

    end_waiting_runs();
    const bool may_begin = !owner || (back_to_back_ && back_to_back_ == granted);
    if (!transaction_ && may_begin && granted && wants_bus(ports_[*granted])) begin_transaction(*granted);
    back_to_back_.reset();
    if (end_requested_ <= clock_) end_requested_ = never;
    requests_ = driven_requests();
    owner_ = transaction_ ? std::optional(transaction_->master) : std::nullopt;
}

std::uint32_t AnalyticBus::driven_requests() const {
    std::uint32_t requests = 0;
    for (unsigned master = 0; master < ports_.size(); ++master) {
        const MasterPort& port = ports_[master];
        if (port.run == nullptr) continue;
        bool asks = wants_bus(port);
        if (transaction_ && transaction_->run == port.run) {
            const Transaction& now = *transaction_;
            const std::uint64_t will_have_moved = now.run->transferred + now.request.length;
            const bool more =
                now.ending == Termination::timeout ||
                (will_have_moved != now.run->data.size() && now.run->ready_after(will_have_moved) < begin_of(clock_));
            const bool stopped = now.course.stop_clock != 0 && now.clock(clock_) > now.course.stop_clock;
            const bool ends_run = now.ending == Termination::stopped || now.run->pause_requested(begin_of(clock_));
            asks = more && !stopped && !ends_run;
        }
        if (asks) requests |= 1u << master;
    }
    return requests;
}

void AnalyticBus::update_wants(MasterPort& port) const {
    port.wants_from = std::max(
        {clock_after(port.handed_over), port.quiet_until, clock_after(port.run->ready_after(port.run->transferred))});
}

void AnalyticBus::end_waiting_runs() {
    for (MasterPort& port : ports_) {
        const bool under_way = transaction_ && transaction_->run == port.run;
        if (port.run != nullptr && !under_way && !port.must_repeat && port.run->pause_requested(begin_of(clock_)))
            finish_run(port, Termination::stopped);
    }
}

void AnalyticBus::finish_run(MasterPort& port, Termination termination) {
    port.run->termination = termination;
    port.run = nullptr;
    port.wants_from = never;
    forget_bursts();
    port.finished->notify(sc_core::SC_ZERO_TIME);
}

}  // namespace ghostcard::bus::pci
