// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/bridge_channel.h>

#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <utility>

namespace ghostcard::bus::pci {
namespace {

constexpr unsigned discard_clocks = 1u << 15;  // of a completion that nobody fetches (PCI 2.3, 3.3.3.3.3)

}  // namespace

BridgeChannel::BridgeChannel(const sc_core::sc_module_name& name, PciBus& from, PciBus& to, unsigned master_on_to,
                             bool down, BridgeRoutes& routes, std::uint64_t buffer)
    : sc_module(name), from_(from), to_(to), master_(master_on_to), down_(down), routes_(routes), buffer_(buffer) {
    from.attach_target(*this);
    SC_HAS_PROCESS(BridgeChannel);
    SC_THREAD(work);
}

// ---- target ---------------------------------------------------------------------------------------------------------

Answer BridgeChannel::answer(const Access& phase, Duration at) {
    if (!phase.write() || is_configuration(phase.command)) return delayed(phase, at);
    return room(at) >= phase.bytes ? Answer::transfer : Answer::stop;
}

/// What is freed at an instant is room after it.
std::uint64_t BridgeChannel::room(Duration at) const {
    const std::uint64_t taken = posted_bytes_ + (freed_at_ == at ? freed_bytes_ : 0);
    return buffer_ - std::min(buffer_, taken);
}

/// Whether writes are left that had been taken by then.
bool BridgeChannel::holds_from(Duration until, Duration at) const {
    const bool waiting = !posted_.empty() && posted_.front().at <= until;
    return waiting || (freed_at_ == at && freed_from_ <= until);
}

bool BridgeChannel::is_ready(const Delayed& delayed, Duration at) const {
    return delayed.done && delayed.done_at < at && !opposite_->holds_from(delayed.done_at, at);
}

/// The master's transaction is still the one to which something was handed out: no wait states lie between its phases.
bool BridgeChannel::goes_on(const Delayed& delayed, Duration at) const {
    return !delayed.handed_out_at || *delayed.handed_out_at + from_.period() == at;
}

Answer BridgeChannel::delayed(const Access& phase, Duration at) {
    if (delayed_ && delayed_->done &&
        (!goes_on(*delayed_, at) || at >= delayed_->done_at + discard_clocks * from_.period()))
        delayed_.reset();  // what has been read ahead is of no more use
    if (delayed_) {
        if (!delayed_->is_asked_for(phase) || !is_ready(*delayed_, at)) return Answer::stop;
        if (delayed_->outcome != Termination::target_abort) return Answer::transfer;
        delayed_.reset();
        return Answer::abort;
    }
    const BusAddress end = phase.write() ? phase.address + phase.bytes : routes_.fetch_end(down_, phase);
    delayed_ = Delayed{.master = phase.master,
                       .command = phase.command,
                       .begin = phase.address,
                       .next = phase.address,
                       .data = {},
                       .requested_at = at};
    delayed_->data.resize(end - phase.address);
    std::copy(phase.data.begin(), phase.data.end(), delayed_->data.begin());
    work_.notify(sc_core::SC_ZERO_TIME);
    return Answer::stop;
}

void BridgeChannel::read(const Access& phase, std::span<std::byte> data, Duration at) {
    Delayed& delayed = *delayed_;
    std::copy_n(delayed.data.data() + (phase.address - delayed.begin), data.size(), data.begin());
    delayed.next = phase.address + phase.bytes;
    delayed.handed_out_at = at;
    if (delayed.next == delayed.end()) delayed_.reset();
}

void BridgeChannel::write(const Access& access, std::span<const std::byte> data, Duration at) {
    if (is_configuration(access.command)) return delayed_.reset();  // it has been carried out
    posted_.push_back({access.address, {data.begin(), data.end()}, at});
    posted_bytes_ += data.size();
    work_.notify(sc_core::SC_ZERO_TIME);
}

// ---- master ---------------------------------------------------------------------------------------------------------

/// When the oldest thing that waits was taken; Duration::max(): nothing waits.
Duration BridgeChannel::waiting_since() const {
    const Duration written = posted_.empty() ? Duration::max() : posted_.front().at;
    return delayed_ && !delayed_->done ? std::min(written, delayed_->requested_at) : written;
}

/// What is taken at the instant at which the channel has nothing left finds it idle, whichever process comes first.
void BridgeChannel::work() {
    for (;;) {
        if (waiting_since() >= simulated_now()) {
            while (waiting_since() == Duration::max()) wait(work_);
            wait(to_sc_time(waiting_since() + latency_clocks * from_.period() - simulated_now()));
        }
        const bool delayed_next =
            delayed_ && !delayed_->done && (posted_.empty() || posted_.front().at > delayed_->requested_at);
        if (delayed_next)
            carry_out(*delayed_);
        else
            forward();
    }
}

/// All that lies together and has been taken before now.
void BridgeChannel::forward() {
    const Duration now = simulated_now();
    const BusAddress begin = posted_.front().address;
    std::vector<std::byte> data;
    std::size_t pieces = 0;
    for (; pieces < posted_.size(); ++pieces) {
        const Piece& piece = posted_[pieces];
        if (piece.at >= now || piece.address != begin + data.size()) break;
        data.insert(data.end(), piece.data.begin(), piece.data.end());
    }
    transport(Command::memory_write, begin, data);
    freed_at_ = simulated_now();
    freed_bytes_ = data.size();
    freed_from_ = posted_.front().at;
    posted_bytes_ -= data.size();
    posted_.erase(posted_.begin(), posted_.begin() + static_cast<std::ptrdiff_t>(pieces));
}

void BridgeChannel::carry_out(Delayed& delayed) {
    delayed.outcome = transport(delayed.command, routes_.converted(delayed.command, delayed.begin), delayed.data);
    if (delayed.outcome == Termination::master_abort && is_read(delayed.command))
        std::fill(delayed.data.begin(), delayed.data.end(), std::byte{0xff});
    delayed.done_at = simulated_now();
    delayed.done = true;
}

Termination BridgeChannel::transport(Command command, BusAddress address, std::span<std::byte> data) {
    const bool memory = !is_configuration(command);
    Run run{.command = !memory            ? command
                       : is_read(command) ? Command::memory_read
                                          : Command::memory_write,
            .address = address,
            .data = data,
            .burst_bytes = data.size(),
            .wide = memory,
            .latency_timer = routes_.latency_timer(down_),
            .cache_line = memory ? routes_.cache_line() : 0};
    to_.transport(master_, run);
    if (run.termination != Termination::completed) routes_.aborted(down_, run.termination);
    return run.termination;
}

}  // namespace ghostcard::bus::pci
