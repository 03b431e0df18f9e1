// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/arbiter.h>
#include <ghostcard/bus/pci/lanes.h>
#include <ghostcard/bus/pci/pci_bus.h>
#include <ghostcard/bus/pci/pins.h>

#include <memory>
#include <optional>
#include <systemc>
#include <vector>

namespace ghostcard::bus::pci {

/// Conventional PCI, clock by clock: the reference timing, written to be read next to the specification.
///
/// Bus clock n lasts from n to n + 1 periods of simulated time. What an agent drives in a clock the others sample at
/// its end; a run that is handed over, becomes ready or is to end during a clock, or at its very end, shows in the
/// clock after. The clocks of a transaction are counted from its address phase, which is clock 1 (a dual address cycle
/// takes 1 and 2).
class CycleBus : public sc_core::sc_module, public PciBus, private RunCarrier {
public:
    CycleBus(const sc_core::sc_module_name& name, const PciSettings& settings);

    void transport(unsigned master, Run& run) override;
    /// A clock that begins at this very instant has begun for whoever looks.
    void catch_up() override;
    void targets_changed() override;
    /// At most one.
    void observe_pins(PinObserver& observer) { pin_observer_ = &observer; }

private:
    /// A master's run, from the moment it is handed over to its end.
    struct MasterPort {
        Run* run = nullptr;
        Duration handed_over{};
        std::int64_t quiet_until = 0;  ///< The clock from which on REQ# may be asserted after a STOP#.
        bool must_repeat = false;      ///< The last transaction, which was retried (PCI 2.3, 3.3.3.2.2).
        Duration ready_at{};           ///< When the next transaction can be asked for...
        Duration then_ready_at{};      ///< ...and the one behind the present one.
        std::unique_ptr<sc_core::sc_event> finished = std::make_unique<sc_core::sc_event>();
    };

    /// The transaction on the bus. Clock numbers that cannot be known yet are 0.
    struct Transaction {
        unsigned master = 0;
        Run* run = nullptr;
        Target* target = nullptr;  ///< Null: nobody claims the address.
        TargetTiming timing;
        AddressPhase request;
        Lanes lanes;
        TransactionRecord record;
        unsigned devsel_clock = 0;     ///< From here on DEVSEL# is asserted.
        unsigned phase_clock = 0;      ///< In this one the target decides about the present data phase.
        unsigned data_clock = 0;       ///< In this one TRDY# is asserted and the present data phase ends.
        unsigned stop_clock = 0;       ///< From here on STOP# is asserted.
        unsigned frame_off_clock = 0;  ///< From here on FRAME# is deasserted because of an abort or of STOP#.
        unsigned end_clock = 0;        ///< The last one of a transaction that the target or nobody ends.
        unsigned data_phases = 0;
        unsigned phase = 0;                            ///< The present one, from 0.
        unsigned certain = 0;                          ///< Phases that the target has said it will transfer...
        unsigned handed_over = 0;                      ///< ...and those whose written data it has got.
        unsigned clock = 1;                            ///< The present one.
        Termination outcome = Termination::completed;  ///< How it will have ended.
        bool timed_out = false;                        ///< The master knows that it will have to go on later.

        bool in_last_phase() const { return phase + 1 == data_phases; }
        bool addressing() const { return clock <= request.clocks; }
        bool transferring() const { return target != nullptr && clock == data_clock; }
        bool frame() const;
        /// IRDY# is asserted for the present data phase.
        bool phase_begins() const;
        bool disconnects_with_data() const;
        /// When a data phase that has ended did so.
        Duration end_of(unsigned ended_phase, Duration period) const;
        Access access(RequesterId requester, unsigned first_phase, unsigned end_phase) const;
        std::span<std::byte> data(const Access& access) const;
    };

    void master_attached() override;
    void end_requested(Duration at) override;

    void begin_clock();
    void continue_transaction();
    void begin_transaction(unsigned master);
    void end_early(Transaction& transaction) const;
    void begin_data_phase(Transaction& transaction);
    void end_data_phase(Transaction& transaction);
    void hand_over(Transaction& transaction) const;
    void stop(Transaction& transaction, Termination outcome);
    void end_transaction();
    void end_waiting_runs();
    void finish_run(MasterPort& port, Termination termination);
    bool wants_bus(const MasterPort& port) const;
    bool asks(const MasterPort& port) const;
    void drive_requests();
    void show_pins();
    void wake_for_next_clock(bool active);
    void wake_at_edge_after(Duration instant);

    Arbiter arbiter_;
    std::vector<MasterPort> ports_;
    std::int64_t clock_ = 0;  ///< The present one, from the beginning of time...
    Duration now_{};          ///< ...and when it began.
    std::optional<Transaction> transaction_;
    std::optional<unsigned> owner_;         ///< Of the bus in the clock that has ended.
    std::optional<unsigned> back_to_back_;  ///< Who may begin at once, in place of the idle clock.
    std::uint32_t requests_ = 0;            ///< REQ# in the present clock.
    Pins pins_;                             ///< Kept only for an observer.
    PinObserver* pin_observer_ = nullptr;
    const sc_core::sc_time clock_period_;
    sc_core::sc_event edge_;
    Duration next_edge_{};  ///< For which it is notified.
    bool started_ = false;
    bool end_requested_ = false;  ///< Of some run, since one ended.
};

}  // namespace ghostcard::bus::pci
