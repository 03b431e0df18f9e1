// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/bus/pci/pins.h>
#include <ghostcard/bus/pci/transaction.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace ghostcard::bus::pci {

/// What agents and arbiter have to keep to on the wires.
enum class Rule {
    one_grant,
    grant_gap,
    grant_to_asker,
    begin_granted,
    begin_on_idle_bus,
    back_to_back,
    irdy_in_address_phase,
    frame_off_with_irdy,
    frame_and_irdy_kept,
    master_abort_in_time,
    frame_off_after_stop,
    irdy_off_at_end,
    irdy_within_8,
    request_off_after_stop,
    retry_repeated,
    dual_address,
    byte_enables_kept,
    byte_enables_inside,
    whole_lines,
    devsel_in_time,
    devsel_first,
    devsel_kept,
    devsel_before_abort,
    read_turnaround,
    trdy_kept,
    trdy_off_after_stop,
    stop_kept,
    target_off_at_end,
    target_within_16,
    target_within_8,
    wide_handshake,
};

/// The rule as a sentence.
std::string_view text(Rule rule);
/// Its section in the PCI Local Bus Specification 2.3, and in brackets its numbers in the Verilog PCI monitor by
/// K. Shimizu (2000), which has its rules from PCI 2.2.
std::string_view source(Rule rule);

/// Polices the rules of conventional PCI on the wires, knowing nothing of the agents. It is to be shown every clock but
/// for those of a bus at rest.
class ProtocolMonitor : public PinObserver {
public:
    struct Violation {
        std::uint64_t clock;  ///< The n-th that it was shown, from 1.
        Rule rule;
    };

    /// cache_line: bytes, for memory write and invalidate; 0: unknown.
    explicit ProtocolMonitor(std::uint64_t cache_line = 0) : cache_line_(cache_line) {}

    void drive(const Pins& pins) override;
    /// Oldest first; those behind `recorded_violations` are not kept.
    const std::vector<Violation>& violations() const { return violations_; }
    static constexpr std::size_t recorded_violations = 100;

private:
    struct Transaction {
        std::uint32_t master = 0;  ///< Its bit in REQ# and GNT#; 0: nobody was granted the bus.
        Command command = Command::memory_read;
        BusAddress address;
        bool asks_wide = false;  ///< REQ64#.
        unsigned address_clocks = 1;
        unsigned clock = 1;           ///< The present one; 1: FRAME# has just been asserted.
        unsigned phases = 0;          ///< Data phases that have moved data.
        unsigned phase_clock = 0;     ///< Clocks since the last data phase ended.
        bool claimed = false;         ///< DEVSEL# has been asserted.
        bool cut = false;             ///< STOP# has ended it before its master would have.
        bool aborted = false;         ///< STOP# without DEVSEL#.
        bool wide = false;            ///< ACK64#.
        std::uint8_t enables = 0xff;  ///< C/BE# of the first data phase.

        bool addressing() const { return clock <= address_clocks; }
    };
    /// A transaction that its master has to repeat.
    struct Retried {
        Command command;
        BusAddress address;
        std::uint8_t enables;
    };

    void expect(bool kept, Rule rule);
    void check_grants(const Pins& was, const Pins& now);
    void begin(const Pins& was, const Pins& now);
    void end_address(const Pins& now);
    void check_master(const Pins& was, const Pins& now);
    void check_target(const Pins& was, const Pins& now);
    void check_data(const Pins& was, const Pins& now);
    void check_release(const Pins& was, const Pins& now);
    void end();

    const std::uint64_t cache_line_;
    std::uint64_t clock_ = 0;
    Pins was_;
    std::optional<Transaction> transaction_, last_;
    std::uint32_t to_release_ = 0;  ///< Whose REQ# is to be deasserted in this clock too.
    std::map<std::uint32_t, Retried> retried_;
    std::vector<Violation> violations_;
};

}  // namespace ghostcard::bus::pci
