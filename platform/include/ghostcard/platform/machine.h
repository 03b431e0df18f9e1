// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/host_memory.h>
#include <ghostcard/bus/dma_memory.h>
#include <ghostcard/bus/host_bridge.h>
#include <ghostcard/bus/host_port.h>
#include <ghostcard/bus/host_settings.h>
#include <ghostcard/bus/pci/bus_load.h>
#include <ghostcard/bus/pci/bus_statistics.h>
#include <ghostcard/bus/pci/pci_bridge.h>
#include <ghostcard/bus/pci/pci_bus.h>
#include <ghostcard/bus/pci/pci_slot.h>
#include <ghostcard/bus/pci/pin_trace.h>
#include <ghostcard/bus/pci/transaction_trace.h>
#include <ghostcard/bus/pcie/link_trace.h>
#include <ghostcard/bus/pcie/pcie_slot.h>
#include <ghostcard/bus/pcie/root_complex.h>
#include <ghostcard/bus/pcie/tlp_capture.h>
#include <ghostcard/model/card.h>
#include <ghostcard/platform/cpu.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

namespace ghostcard::platform {

/// How the card, its bus and its host are built.
struct MachineSettings {
    model::CardSettings card;
    bus::pci::PciSettings pci;
    bus::HostSettings host;  ///< Its memory and translation are given apart.
    CpuSettings cpu;
    std::optional<bus::pcie::PcieSettings> pcie{};  ///< The card is on a link of this kind, and `pci` gives the timing.
};

/// A computer, wired, but for its memory: one PCI bus with the host bridge as master 0 and the card in slot 1 as
/// master 1, or a root complex and the card at the other end of its link. One in a process, since SystemC elaborates
/// once.
class Machine {
public:
    static constexpr bus::RequesterId card_id{0, 1, 0};
    static constexpr unsigned host_master = 0;
    static constexpr unsigned card_master = 1;
    static constexpr BusAddress card_bar0{0xe000'0000};    ///< Where the firmware places BAR0.
    static constexpr BusAddress load_window{0xd000'0000};  ///< Of the device that other masters move data to and from.

    /// Throws InputError for settings that contradict each other.
    Machine(const MachineSettings& settings, model::VideoInput video, std::unique_ptr<bus::DmaMemory> memory);

    /// Adds the other bus masters of the settings; before run(). page_for: where in memory each of them has its page.
    void add_load(const std::function<BusAddress(bus::RequesterId)>& page_for);

    /// Records the bus's wires or, where there are none, its transactions or the link's TLPs; before run(). Throws
    /// InputError if the file cannot be written.
    void trace_bus(const std::filesystem::path& path, bus::pci::TraceWindow window);
    /// Records the link's TLPs byte for byte; before run(). Throws InputError if there is no link, or the file cannot
    /// be written.
    void capture_tlps(const std::filesystem::path& path, bus::pci::TraceWindow window);

    /// Runs the program on the CPU, after the firmware has placed BAR0, until it returns. Throws what host code throws,
    /// and std::runtime_error if the program has not returned by then.
    void run(std::function<void()> program, Duration limit);
    /// What the firmware does: places the card, and what is before it. On the CPU, before run()'s program and again
    /// after a reset of the card.
    void set_up_card();
    /// After run(): completes the recordings, if there are any.
    void commit_traces();
    /// Of the bus's masters, by their numbers: "host", "card", "load0"...
    std::vector<std::string> master_names() const;

    bus::HostPort host;
    model::Card card;
    Cpu cpu;

    /// On conventional PCI: the card's bus. With bridges before it, its master 0 is the last of them, on the host's
    /// behalf.
    std::unique_ptr<bus::pci::PciBus> bus;
    std::vector<std::unique_ptr<bus::pci::PciBus>> buses_above;     ///< Those before it, the host's first...
    std::vector<std::unique_ptr<bus::pci::PciBridge>> pci_bridges;  ///< ...and what lies behind each of them.
    std::optional<bus::HostBridge> bridge;
    std::optional<bus::pci::PciSlot> slot;
    bus::pci::BusStatistics bus_statistics;
    /// On PCI Express.
    std::optional<bus::pcie::RootComplex> root_complex;
    std::optional<bus::pcie::PcieSlot> link_slot;

    bus::CpuPort& cpu_port;  ///< The CPU's way to the card.
    ConfigurationWindow card_config;
    MemoryWindow card_registers;

private:
    bus::CpuPort& build_bus(const MachineSettings& settings);
    bus::CpuPort& build_link(const MachineSettings& settings);

    const bus::pci::PciSettings pci_settings_;
    sc_core::sc_signal<bool> inta_;      ///< As the card drives it...
    sc_core::sc_signal<bool> cpu_inta_;  ///< ...and as it comes up a link.
    std::optional<bus::pci::WindowTarget> load_target_;
    std::vector<std::unique_ptr<bus::pci::BusLoad>> loads_;
    std::optional<bus::pci::PinTrace> pin_trace_;
    std::optional<bus::pci::TransactionTrace> transaction_trace_;
    std::optional<bus::pcie::LinkTrace> link_trace_;
    std::optional<bus::pcie::TlpCapture> tlp_capture_;
};

}  // namespace ghostcard::platform
