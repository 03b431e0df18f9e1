// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/cycle_bus.h>

#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace ghostcard::bus::pci {
namespace {

constexpr std::uint64_t four_gib = 1ull << 32;
/// With no DEVSEL# up to the subtractive decoder's clock, FRAME# goes in the next one (PCI 2.3, 3.3.3.1).
constexpr unsigned clocks_to_master_abort = static_cast<unsigned>(Decode::subtractive) + 1;

}  // namespace

bool CycleBus::Transaction::frame() const {
    if (clock <= address_clocks) return true;
    return !in_last_phase() && (frame_off_clock == 0 || clock < frame_off_clock);
}

BusAddress CycleBus::Transaction::lane_address() const {
    const BusAddress lanes{round_down(record.address.value, lane_bytes) + std::uint64_t{phase} * lane_bytes};
    return std::max(lanes, record.address);
}

std::span<std::byte> CycleBus::Transaction::lane() const {
    const BusAddress begin = lane_address();
    const BusAddress end =
        std::min(BusAddress{round_down(begin.value, lane_bytes) + lane_bytes}, record.address + length);
    return run->data.subspan(run->transferred + (begin - record.address), end - begin);
}

CycleBus::CycleBus(const sc_core::sc_module_name& name, const PciSettings& settings)
    : sc_module(name),
      period_(clock_period(settings.clock)),
      width_bytes_(settings.width / 8),
      arbiter_(settings.parking) {
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
    wake_at_next_edge();
    while (port.run != nullptr) sc_core::wait(*port.finished);
}

void CycleBus::wake_at_next_edge() {
    const Duration now = simulated_now();
    edge_.notify(to_sc_time((now / period_ + 1) * period_ - now));
}

bool CycleBus::wants_bus(const MasterPort& port) const {
    return port.run != nullptr && port.handed_over < simulated_now();
}

/// One clock: first what was sampled at the end of the clock before, then what is driven in this one.
void CycleBus::begin_clock() {
    const std::optional<unsigned> owner = continue_transaction();
    const std::optional<unsigned> granted = arbiter_.granted();
    arbiter_.clock(requests_, owner);

    for (MasterPort& port : ports_)
        if (wants_bus(port) && !(transaction_ && transaction_->run == port.run) && port.run->stop_requested())
            finish_run(port, Termination::stopped);

    if (!owner && granted && wants_bus(ports_[*granted])) begin_transaction(*granted);
    drive_requests();
    if (pin_observer_) show_pins();
    if (owner || transaction_ || requests_ != 0 || !arbiter_.at_rest()) wake_at_next_edge();
}

/// Who owned the bus in the clock that has ended.
std::optional<unsigned> CycleBus::continue_transaction() {
    if (!transaction_) return std::nullopt;
    Transaction& now = *transaction_;
    const unsigned owner = now.master;
    if (now.clock == now.end_clock) {
        end_transaction(now.target ? Termination::target_abort : Termination::master_abort);
        return owner;
    }
    if (now.clock == now.data_clock && now.end_clock == 0) {
        end_data_phase(now);
        if (now.phase == now.data_phases) {
            end_transaction(now.stopped ? Termination::stopped : Termination::completed);
            return owner;
        }
        now.data_clock += 1 + now.data_wait;
    }
    ++now.clock;
    if (now.run->stop_requested() && now.clock > now.address_clocks && !now.in_last_phase()) {
        now.data_phases = now.phase + 1;
        now.stopped = true;
    }
    if (now.clock == now.data_clock && now.end_clock == 0) begin_data_transfer(now);
    return owner;
}

void CycleBus::begin_transaction(unsigned master) {
    Run& run = *ports_[master].run;
    Transaction next;
    next.master = master;
    next.run = &run;
    next.length = std::min<std::uint64_t>(run.burst_bytes, run.data.size() - run.transferred);
    next.lane_bytes = run.wide ? width_bytes_ : 4;
    const BusAddress begin = run.address + run.transferred;
    next.record.master = master;
    next.record.command = run.command;
    next.record.address = begin;
    next.record.start = simulated_now();
    const std::uint64_t first_lane = begin.value / next.lane_bytes;
    const std::uint64_t last_lane = (begin.value + next.length - 1) / next.lane_bytes;
    next.data_phases = static_cast<unsigned>(last_lane - first_lane + 1);

    next.address_clocks = begin.value >= four_gib && !is_configuration(run.command) ? 2 : 1;
    next.target = find_target(run.command, begin);
    if (next.target) {
        const TargetTiming timing = next.target->timing();
        const unsigned turnaround_clock = is_read(run.command) ? next.address_clocks + 1 : 0;
        next.devsel_clock = next.address_clocks + static_cast<unsigned>(timing.decode);
        next.data_clock = std::max(next.devsel_clock, turnaround_clock + 1) + timing.initial_wait;
        next.data_wait = timing.data_wait;
    } else {
        next.frame_off_clock = next.end_clock = next.address_clocks + clocks_to_master_abort;
    }
    transaction_ = next;
}

/// The target is due to assert TRDY#: it does, and drives AD in a read, or it aborts. DEVSEL# must have been asserted
/// for a clock at least before it is taken away (PCI 2.3, 3.3.3.2.1).
void CycleBus::begin_data_transfer(Transaction& now) {
    const BusAddress address = now.lane_address();
    if (!now.target->accepts(requester(now.master), now.record.command, address)) {
        now.stop_clock = std::max(now.clock, now.devsel_clock + 1);
        now.frame_off_clock = now.stop_clock + 1;
        now.end_clock = now.in_last_phase() ? now.stop_clock : now.frame_off_clock;
    } else if (is_read(now.record.command)) {
        now.target->read(now.record.command, address, now.lane());
    }
}

/// IRDY# and TRDY# were both asserted: the data has moved.
void CycleBus::end_data_phase(Transaction& now) {
    const std::span<std::byte> lane = now.lane();
    if (!is_read(now.record.command)) now.target->write(now.record.command, now.lane_address(), lane);
    if (now.phase == 0) now.record.first_data_clock = now.clock;
    now.record.last_data_clock = now.clock;
    now.record.bytes += lane.size();
    ++now.phase;
}

/// The present clock is the idle one.
void CycleBus::end_transaction(Termination termination) {
    Transaction ended = *std::exchange(transaction_, std::nullopt);
    ended.record.data_phases = ended.phase;
    ended.record.clocks = ended.clock + 1;
    ended.record.termination = termination;
    report(ended.record);

    Run& run = *ended.run;
    run.transferred += ended.record.bytes;
    if (run.control) run.control->moved(ended.record.bytes);
    if (termination != Termination::completed || run.transferred == run.data.size())
        finish_run(ports_[ended.master], termination);
}

void CycleBus::finish_run(MasterPort& port, Termination termination) {
    port.run->termination = termination;
    port.run = nullptr;
    port.finished->notify(sc_core::SC_ZERO_TIME);
}

/// REQ# stays asserted up to the address phase of the last transaction of a run.
void CycleBus::drive_requests() {
    requests_ = 0;
    for (unsigned master = 0; master < ports_.size(); ++master) {
        const MasterPort& port = ports_[master];
        if (!wants_bus(port)) continue;
        const bool last_under_way =
            transaction_ && transaction_->run == port.run &&
            (transaction_->stopped || port.run->transferred + transaction_->length == port.run->data.size());
        if (!last_under_way) requests_ |= 1u << master;
    }
}

void CycleBus::show_pins() {
    const auto granted = arbiter_.granted();
    const std::uint64_t ad = pins_.ad;
    const std::uint8_t cbe = pins_.cbe;
    pins_ = {.req = requests_, .gnt = granted ? 1u << *granted : 0u, .ad = ad, .cbe = cbe};
    if (transaction_) {
        const Transaction& now = *transaction_;
        const bool addressing = now.clock <= now.address_clocks;
        const bool claimed = now.target != nullptr && now.clock >= now.devsel_clock;
        const bool aborting = now.stop_clock != 0 && now.clock >= now.stop_clock;
        const bool transferring = now.target != nullptr && now.clock == now.data_clock && now.end_clock == 0;
        pins_.frame = now.frame();
        pins_.irdy = !addressing;
        pins_.devsel = claimed && !aborting;
        pins_.trdy = transferring;
        pins_.stop = aborting;
        if (addressing) {
            const bool dual = now.address_clocks == 2;
            pins_.ad = dual && now.clock == 2 ? now.record.address.value >> 32 : now.record.address.value & 0xffffffff;
            pins_.cbe = static_cast<std::uint8_t>(dual && now.clock == 1 ? Command::dual_address : now.record.command);
        } else {
            const std::span<const std::byte> lane = now.lane();
            const auto first = static_cast<unsigned>(now.lane_address().value % now.lane_bytes);
            pins_.cbe = static_cast<std::uint8_t>(~(((1u << lane.size()) - 1) << first));
            if (transferring || !is_read(now.record.command)) {
                pins_.ad = 0;
                for (std::size_t i = 0; i < lane.size(); ++i)
                    pins_.ad |= std::to_integer<std::uint64_t>(lane[i]) << (8 * (first + i));
            }
        }
    }
    pin_observer_->drive(pins_);
}

}  // namespace ghostcard::bus::pci
