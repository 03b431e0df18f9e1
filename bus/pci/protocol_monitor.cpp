// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/protocol_monitor.h>

#include <bit>
#include <utility>

namespace ghostcard::bus::pci {
namespace {

// In clocks, the first of which is that in which FRAME# is asserted, or that after the data phase before.
constexpr unsigned irdy_limit = 8;
constexpr unsigned target_first_limit = 16;
constexpr unsigned target_limit = 8;
constexpr unsigned last_devsel = 4;  ///< Clocks from the address phase to the subtractive decoder's DEVSEL#.

bool idle(const Pins& pins) { return !pins.frame && !pins.irdy; }
/// A data phase ends, with data or without.
bool phase_ends(const Pins& pins) { return pins.irdy && (pins.trdy || pins.stop); }
bool last_phase_ends(const Pins& pins) { return phase_ends(pins) && !pins.frame; }

}  // namespace

std::string_view text(Rule rule) {
    switch (rule) {
        case Rule::one_grant: return "one GNT# is asserted at a time";
        case Rule::grant_gap: return "on an idle bus a clock lies between one GNT# and another";
        case Rule::grant_to_asker: return "GNT# goes to who asks, if anybody does";
        case Rule::begin_granted: return "a master begins only if its GNT# was asserted in the clock before";
        case Rule::begin_on_idle_bus: return "a master begins only if the bus was idle in the clock before";
        case Rule::back_to_back:
            return "only after a write of its own that was not stopped does a master begin at once";
        case Rule::irdy_in_address_phase: return "IRDY# is deasserted in the address phase";
        case Rule::frame_off_with_irdy: return "FRAME# is deasserted only while IRDY# is asserted";
        case Rule::frame_and_irdy_kept: return "once IRDY# is asserted it and FRAME# stay until the data phase ends";
        case Rule::master_abort_in_time: return "a master waits for the subtractive decoder's DEVSEL# and a clock more";
        case Rule::frame_off_after_stop: return "after STOP# FRAME# is deasserted as soon as IRDY# is asserted";
        case Rule::irdy_off_at_end: return "IRDY# is deasserted in the clock after the last data phase";
        case Rule::irdy_within_8: return "IRDY# is asserted within 8 clocks in each data phase";
        case Rule::request_off_after_stop:
            return "a stopped master deasserts REQ# in the idle clock and in the one before or after it";
        case Rule::retry_repeated: return "a retried master repeats the same address, command and byte enables";
        case Rule::dual_address: return "a dual address cycle is for addresses from 4 GiB on";
        case Rule::byte_enables_kept: return "byte enables stay for a whole data phase";
        case Rule::byte_enables_inside: return "only the first and the last data phase have partial byte enables";
        case Rule::whole_lines: return "memory write and invalidate moves whole lines";
        case Rule::devsel_in_time: return "DEVSEL# is asserted 1 to 4 clocks after the address phase";
        case Rule::devsel_first: return "TRDY# and STOP# are not asserted before DEVSEL#";
        case Rule::devsel_kept: return "DEVSEL# stays until the last data phase ends, but for a target abort";
        case Rule::devsel_before_abort: return "DEVSEL# is asserted in the clock before a target abort";
        case Rule::read_turnaround: return "TRDY# is deasserted in the turnaround clock of a read";
        case Rule::trdy_kept: return "once TRDY# is asserted TRDY#, STOP# and DEVSEL# stay until the data phase ends";
        case Rule::trdy_off_after_stop: return "after a data phase with TRDY# and STOP# TRDY# is deasserted";
        case Rule::stop_kept: return "STOP# stays until FRAME# is deasserted and the data phase has ended";
        case Rule::target_off_at_end:
            return "DEVSEL#, TRDY# and STOP# are deasserted in the clock after the last data phase";
        case Rule::target_within_16: return "the first data phase ends within 16 clocks of FRAME#";
        case Rule::target_within_8: return "each later data phase ends within 8 clocks";
        case Rule::wide_handshake: return "REQ64# goes with FRAME#, and ACK64# with DEVSEL# if it was asked for";
    }
    return {};
}

std::string_view source(Rule rule) {
    switch (rule) {
        case Rule::one_grant: return "3.4 [0]";
        case Rule::grant_gap: return "3.4.1 [1]";
        case Rule::grant_to_asker: return "3.4.3 [2]";
        case Rule::begin_granted: return "3.4.1 [27, 54]";
        case Rule::begin_on_idle_bus: return "3.4.1 [28]";
        case Rule::back_to_back: return "3.4.2 [19, 53]";
        case Rule::irdy_in_address_phase: return "3.3.1 [24]";
        case Rule::frame_off_with_irdy: return "3.3.3.1 [5]";
        case Rule::frame_and_irdy_kept: return "3.2.1 [6, 7, 11]";
        case Rule::master_abort_in_time: return "3.3.3.1 [6]";
        case Rule::frame_off_after_stop: return "3.3.3.2.1 [15, 16]";
        case Rule::irdy_off_at_end: return "3.3.3.1 [17]";
        case Rule::irdy_within_8: return "3.5.2 [8, 9]";
        case Rule::request_off_after_stop: return "3.3.3.2.2 [18]";
        case Rule::retry_repeated: return "3.3.3.2.2";
        case Rule::dual_address: return "3.9";
        case Rule::byte_enables_kept: return "3.3.1";
        case Rule::byte_enables_inside: return "3.2.2.1; Am79C973 data sheet, p. 62";
        case Rule::whole_lines: return "3.1.1; Am79C976 data sheet, p. 44";
        case Rule::devsel_in_time: return "3.6.1 [49]";
        case Rule::devsel_first: return "3.6.1 [30]";
        case Rule::devsel_kept: return "3.6.1 [48]";
        case Rule::devsel_before_abort: return "3.3.3.2.1 [45]";
        case Rule::read_turnaround: return "3.3.1 [29]";
        case Rule::trdy_kept: return "3.2.1 [33, 34, 35]";
        case Rule::trdy_off_after_stop: return "3.3.3.2.1 [44]";
        case Rule::stop_kept: return "3.3.3.2.1 [31, 36]";
        case Rule::target_off_at_end: return "3.3.3.2.1 [41, 42, 43]";
        case Rule::target_within_16: return "3.5.1.1 [46]";
        case Rule::target_within_8: return "3.5.1.2 [47]";
        case Rule::wide_handshake: return "3.8";
    }
    return {};
}

void ProtocolMonitor::expect(bool kept, Rule rule) {
    if (!kept && violations_.size() < recorded_violations) violations_.push_back({clock_, rule});
}

void ProtocolMonitor::drive(const Pins& pins) {
    const Pins was = was_;
    ++clock_;
    check_grants(was, pins);
    check_release(was, pins);
    if (transaction_ && (last_phase_ends(was) || idle(pins))) {
        if (!last_phase_ends(was)) check_master(was, pins);
        end();
    }
    if (pins.frame && !was.frame) {
        begin(was, pins);
    } else if (transaction_) {
        Transaction& now = *transaction_;
        ++now.clock;
        if (now.addressing())
            end_address(pins);
        else
            ++now.phase_clock;
        check_master(was, pins);
    } else {
        expect(!pins.irdy, Rule::irdy_off_at_end);
    }
    check_target(was, pins);
    if (transaction_ && !transaction_->addressing()) check_data(was, pins);
    was_ = pins;
}

void ProtocolMonitor::check_grants(const Pins& was, const Pins& now) {
    expect(std::popcount(now.gnt) <= 1, Rule::one_grant);
    if (idle(was) && was.gnt != 0) expect(now.gnt == 0 || now.gnt == was.gnt, Rule::grant_gap);
    const std::uint32_t given = now.gnt & ~was.gnt;
    if (given != 0 && was.req != 0) expect((given & was.req) != 0, Rule::grant_to_asker);
}

/// The present clock is the idle one after a stopped transaction, or the one behind that. STOP# with the last data that
/// the master wanted stops nothing.
void ProtocolMonitor::check_release(const Pins& was, const Pins& now) {
    expect((now.req & to_release_) == 0, Rule::request_off_after_stop);
    to_release_ = 0;
    if (!transaction_ || !last_phase_ends(was) || !transaction_->cut || transaction_->aborted) return;
    const std::uint32_t master = transaction_->master;
    expect((now.req & master) == 0, Rule::request_off_after_stop);
    if ((was.req & master) != 0) to_release_ = master;
}

void ProtocolMonitor::begin(const Pins& was, const Pins& now) {
    expect(was.gnt != 0, Rule::begin_granted);
    expect(!was.irdy || last_phase_ends(was), Rule::begin_on_idle_bus);
    if (last_phase_ends(was) && last_)
        expect(!is_read(last_->command) && last_->master == was.gnt && !last_->cut, Rule::back_to_back);
    expect(!now.irdy, Rule::irdy_in_address_phase);
    transaction_ = Transaction{.master = was.gnt,
                               .command = static_cast<Command>(now.cbe & 0xf),
                               .address = {now.ad & 0xffff'ffff},
                               .asks_wide = now.req64};
    if (transaction_->command == Command::dual_address)
        transaction_->address_clocks = 2;
    else
        end_address(now);
}

void ProtocolMonitor::end_address(const Pins& pins) {
    Transaction& now = *transaction_;
    if (now.address_clocks == 2) {
        now.command = static_cast<Command>(pins.cbe & 0xf);
        now.address = {now.address.value | (pins.ad & 0xffff'ffff) << 32};
        expect((pins.ad & 0xffff'ffff) != 0, Rule::dual_address);
        expect(!pins.irdy, Rule::irdy_in_address_phase);
    }
    if (const auto retried = retried_.find(now.master); retried != retried_.end())
        expect(retried->second.command == now.command && retried->second.address == now.address, Rule::retry_repeated);
    if (now.command == Command::memory_write_and_invalidate && cache_line_ != 0)
        expect(is_aligned(now.address, cache_line_), Rule::whole_lines);
}

void ProtocolMonitor::check_master(const Pins& was, const Pins& now) {
    const Transaction& present = *transaction_;
    if (was.frame && !now.frame) expect(now.irdy, Rule::frame_off_with_irdy);
    if (was.irdy && !phase_ends(was) && (now.frame != was.frame || now.irdy != was.irdy)) {
        if (present.claimed)
            expect(false, Rule::frame_and_irdy_kept);
        else  // a master abort; IRDY# goes after FRAME#, and the idle clock is not counted
            expect(present.clock > present.address_clocks + last_devsel, Rule::master_abort_in_time);
    }
    if (was.stop) expect(!(now.frame && now.irdy), Rule::frame_off_after_stop);
    if (!now.irdy) {
        const unsigned waited = present.phases == 0 ? present.clock : present.phase_clock;
        expect(waited != irdy_limit, Rule::irdy_within_8);
    }
    expect(!now.req64 || now.frame, Rule::wide_handshake);
    if (was.req64) expect(now.req64 == now.frame, Rule::wide_handshake);
}

void ProtocolMonitor::check_target(const Pins& was, const Pins& now) {
    if (last_phase_ends(was) || !transaction_)
        return expect(!now.devsel && !now.trdy && !now.stop && !now.ack64, Rule::target_off_at_end);
    Transaction& present = *transaction_;
    if (now.devsel && !present.claimed) {
        const unsigned clocks = present.clock - present.address_clocks;
        expect(present.clock > present.address_clocks && clocks <= last_devsel, Rule::devsel_in_time);
        present.claimed = true;
        present.wide = now.ack64;
    }
    if (now.ack64) expect(now.devsel && present.wide, Rule::wide_handshake);
    if (present.wide && now.devsel) expect(now.ack64, Rule::wide_handshake);
    if (now.ack64) expect(present.asks_wide, Rule::wide_handshake);

    if (now.trdy || now.stop) expect(present.claimed, Rule::devsel_first);
    if (now.trdy && present.claimed) expect(now.devsel, Rule::devsel_kept);
    const bool aborts = now.stop && !now.devsel && !now.trdy;
    if (was.devsel && !now.devsel) expect(aborts, Rule::devsel_kept);
    if (aborts && present.claimed) expect(was.devsel || present.aborted, Rule::devsel_before_abort);
    present.aborted = present.aborted || aborts;

    if (is_read(present.command) && present.clock == present.address_clocks + 1)
        expect(!now.trdy, Rule::read_turnaround);
    if (was.trdy && !phase_ends(was))
        expect(now.trdy && now.stop == was.stop && now.devsel == was.devsel, Rule::trdy_kept);
    if (was.trdy && was.stop && was.irdy) expect(!now.trdy, Rule::trdy_off_after_stop);
    if (was.stop && (was.frame || !was.irdy)) expect(now.stop, Rule::stop_kept);
    if (present.claimed && !now.trdy && !now.stop) {
        expect(present.phases != 0 || present.clock != target_first_limit, Rule::target_within_16);
        expect(present.phases == 0 || present.phase_clock != target_limit, Rule::target_within_8);
    }
}

void ProtocolMonitor::check_data(const Pins& was, const Pins& pins) {
    Transaction& now = *transaction_;
    const bool first_clock = now.clock == now.address_clocks + 1 || phase_ends(was);
    if (!first_clock) expect(pins.cbe == was.cbe, Rule::byte_enables_kept);
    if (now.clock == now.address_clocks + 1) {
        now.enables = pins.cbe;
        if (const auto retried = retried_.find(now.master); retried != retried_.end())
            expect(retried->second.enables == pins.cbe, Rule::retry_repeated);
    }
    if (pins.stop && (pins.frame || !pins.trdy)) now.cut = true;
    if (phase_ends(pins)) now.phase_clock = 0;
    if (!pins.irdy || !pins.trdy) return;

    const std::uint8_t lanes = now.wide ? 0xff : 0x0f;
    const bool partial = (pins.cbe & lanes) != 0;
    if (partial) expect(now.phases == 0 || !pins.frame, Rule::byte_enables_inside);
    ++now.phases;
    if (now.command != Command::memory_write_and_invalidate) return;
    const std::uint64_t moved = std::uint64_t{now.phases} * (now.wide ? 8 : 4);
    const bool cut_up = !pins.frame && !now.cut && cache_line_ != 0 && moved % cache_line_ != 0;
    expect(!partial && !cut_up, Rule::whole_lines);
}

void ProtocolMonitor::end() {
    const Transaction& ended = *transaction_;
    const bool retried = ended.cut && ended.phases == 0 && !ended.aborted;
    if (retried)
        retried_[ended.master] = {ended.command, ended.address, ended.enables};
    else
        retried_.erase(ended.master);
    last_ = std::exchange(transaction_, std::nullopt);
}

}  // namespace ghostcard::bus::pci
