// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/pci_bus.h>
#include <ghostcard/bus/pci/pins.h>
#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pci/vcd_pipe.h>

#include <filesystem>
#include <memory>
#include <systemc>
#include <vector>

namespace ghostcard::bus::pci {

/// The bus's wires as signals in a VCD file that GTKWave opens: CLK, FRAME#, IRDY#, TRDY#, DEVSEL#, STOP#, REQn#,
/// GNTn#, INTA#, AD and C/BE#, and REQ64# and ACK64# on a bus of 64 bits, at their electrical levels. Outside the
/// window they rest as they were.
class PinTrace : public sc_core::sc_module, public PinObserver {
public:
    sc_core::sc_in<bool> inta;  ///< True: asserted.

    /// Throws InputError if the file cannot be written.
    PinTrace(const sc_core::sc_module_name& name, const std::filesystem::path& path, const PciSettings& settings,
             unsigned masters, TraceWindow window);
    ~PinTrace() override;

    void drive(const Pins& pins) override;
    /// After the last simulated instant: gives the file its name. Throws InputError if the medium has refused any of
    /// it.
    void commit();

private:
    using Wire = sc_core::sc_signal<bool>;

    bool recording() const;
    void toggle_clock();
    void copy_inta();
    void close_trace();

    const TraceWindow window_;
    const Duration period_;
    const unsigned width_;
    VcdPipe pipe_;
    sc_core::sc_trace_file* trace_;

    Wire clk_, frame_, irdy_, trdy_, devsel_, stop_, inta_level_, req64_, ack64_;
    std::vector<std::unique_ptr<Wire>> req_, gnt_;
    sc_core::sc_signal<std::uint64_t> ad_;
    sc_core::sc_signal<std::uint64_t> cbe_;
};

}  // namespace ghostcard::bus::pci
