// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/pci_bus.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <systemc>
#include <vector>

namespace ghostcard::bus::pci {

/// What a bridge knows that its two channels ask for.
class BridgeRoutes {
public:
    virtual ~BridgeRoutes() = default;
    virtual bool passes(bool down, Command command, BusAddress address) const = 0;
    /// What the address is on the other bus; a configuration request may become one of type 0.
    virtual BusAddress converted(Command command, BusAddress address) const = 0;
    /// Up to where a read may be fetched ahead.
    virtual BusAddress fetch_end(bool down, const Access& first) const = 0;
    /// How the bridge is a master on the bus that the channel leads to.
    virtual unsigned latency_timer(bool down) const = 0;
    virtual std::uint64_t cache_line() const = 0;
    virtual void aborted(bool down, Termination termination) = 0;
};

/// One way through a PCI-to-PCI bridge: target on the bus `from`, master on the bus `to` (PCI-to-PCI Bridge
/// Architecture Specification 1.1, chapter 5). Memory writes are posted; all else is a delayed transaction, one at a
/// time.
///
/// Ordering (PCI 2.3, appendix E): writes keep their order, a delayed request waits for the writes before it, and the
/// completion of one for those that the other channel had taken before. Later writes pass both.
///
/// What happens at an instant counts after it: the order in which both buses' processes run at one has no say.
class BridgeChannel : public sc_core::sc_module, private Target {
public:
    /// From what is asked of the channel to its asking the other bus: so many clocks.
    static constexpr unsigned latency_clocks = 4;

    BridgeChannel(const sc_core::sc_module_name& name, PciBus& from, PciBus& to, unsigned master_on_to, bool down,
                  BridgeRoutes& routes, std::uint64_t buffer);

    void set_opposite(const BridgeChannel& opposite) { opposite_ = &opposite; }

private:
    /// Of a posted write: a data phase.
    struct Piece {
        BusAddress address;
        std::vector<std::byte> data;
        Duration at{};
    };
    struct Delayed {
        RequesterId master;
        Command command{};
        BusAddress begin;
        BusAddress next;  ///< The first byte that has not been handed out.
        std::vector<std::byte> data;
        Duration requested_at{};
        bool done = false;
        Duration done_at{};
        Termination outcome = Termination::completed;
        std::optional<Duration> handed_out_at{};  ///< Something of it, last.

        BusAddress end() const { return begin + data.size(); }
        bool is_asked_for(const Access& phase) const {
            return master == phase.master && is_read(command) == is_read(phase.command) &&
                   is_configuration(command) == is_configuration(phase.command) && next == phase.address;
        }
    };

    bool claims(Command command, BusAddress address) const override { return routes_.passes(down_, command, address); }
    TargetTiming timing() const override { return {}; }
    bool punctual() const override { return true; }
    Answer answer(const Access& phase, Duration at) override;
    void read(const Access& phase, std::span<std::byte> data, Duration at) override;
    void write(const Access& access, std::span<const std::byte> data, Duration at) override;

    std::uint64_t room(Duration at) const;
    bool holds_from(Duration until, Duration at) const;
    bool is_ready(const Delayed& delayed, Duration at) const;
    bool goes_on(const Delayed& delayed, Duration at) const;
    Answer delayed(const Access& phase, Duration at);
    Duration waiting_since() const;
    void work();
    void forward();
    void carry_out(Delayed& delayed);
    Termination transport(Command command, BusAddress address, std::span<std::byte> data);

    PciBus& from_;
    PciBus& to_;
    const unsigned master_;
    const bool down_;
    BridgeRoutes& routes_;
    const std::uint64_t buffer_;
    const BridgeChannel* opposite_ = nullptr;

    std::deque<Piece> posted_;
    std::uint64_t posted_bytes_ = 0;
    std::uint64_t freed_bytes_ = 0;  ///< By the run that ended last...
    Duration freed_at_{-1};          ///< ...and when.
    Duration freed_from_{};          ///< When the first of them had been taken.
    std::optional<Delayed> delayed_;
    sc_core::sc_event work_;
};

}  // namespace ghostcard::bus::pci
