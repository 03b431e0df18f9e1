// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/arbiter.h>
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
/// its end; a run handed over during a clock, or at its very end, raises REQ# in the clock after. The clocks of a
/// transaction are counted from its address phase, which is clock 1 (a dual address cycle takes 1 and 2).
class CycleBus : public sc_core::sc_module, public PciBus {
public:
    CycleBus(const sc_core::sc_module_name& name, const PciSettings& settings);

    void transport(unsigned master, Run& run) override;
    /// At most one.
    void observe_pins(PinObserver& observer) { pin_observer_ = &observer; }

private:
    /// A master's run, from the moment it is handed over to its end.
    struct MasterPort {
        Run* run = nullptr;
        Duration handed_over{};
        std::unique_ptr<sc_core::sc_event> finished = std::make_unique<sc_core::sc_event>();
    };

    /// The transaction on the bus. Clock numbers that cannot be known yet are 0.
    struct Transaction {
        unsigned master = 0;
        Run* run = nullptr;
        Target* target = nullptr;  ///< Null: nobody claims the address.
        TransactionRecord record;
        std::uint64_t length = 0;
        unsigned lane_bytes = 4;  ///< Bytes of AD in use.
        unsigned data_wait = 0;
        unsigned address_clocks = 1;   ///< 2 for a dual address cycle.
        unsigned devsel_clock = 0;     ///< From here on DEVSEL# is asserted.
        unsigned data_clock = 0;       ///< In this one TRDY# is asserted and the present data phase ends.
        unsigned stop_clock = 0;       ///< From here on the target aborts: STOP# without DEVSEL#.
        unsigned frame_off_clock = 0;  ///< From here on FRAME# is deasserted because of an abort.
        unsigned end_clock = 0;        ///< The last one of an aborted transaction.
        unsigned data_phases = 0;
        unsigned phase = 0;    ///< The present one, from 0.
        unsigned clock = 1;    ///< The present one.
        bool stopped = false;  ///< The master has cut the run short.

        bool in_last_phase() const { return phase + 1 == data_phases; }
        bool frame() const;
        BusAddress lane_address() const;
        std::span<std::byte> lane() const;
    };

    void master_attached() override;

    void begin_clock();
    std::optional<unsigned> continue_transaction();
    void begin_transaction(unsigned master);
    void begin_data_transfer(Transaction& transaction);
    void end_data_phase(Transaction& transaction);
    void end_transaction(Termination termination);
    void finish_run(MasterPort& port, Termination termination);
    bool wants_bus(const MasterPort& port) const;
    void drive_requests();
    void show_pins();
    void wake_at_next_edge();

    const Duration period_;
    const unsigned width_bytes_;
    Arbiter arbiter_;
    std::vector<MasterPort> ports_;
    std::optional<Transaction> transaction_;
    std::uint32_t requests_ = 0;  ///< REQ# in the present clock.
    Pins pins_;                   ///< Kept only for an observer.
    PinObserver* pin_observer_ = nullptr;
    sc_core::sc_event edge_;
};

}  // namespace ghostcard::bus::pci
