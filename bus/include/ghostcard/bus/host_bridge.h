// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/cpu_port.h>
#include <ghostcard/bus/host_port.h>
#include <ghostcard/bus/pci/delayed_reads.h>
#include <ghostcard/bus/pci/pci_bus.h>

#include <cstdint>
#include <systemc>

namespace ghostcard::bus {

/// Between the PCI bus and the host: target of DMA, and master of the CPU's accesses to the bus.
///
/// A CPU read from the bus returns only when all writes accepted before it are visible in memory, and a message
/// signalled interrupt is such a write itself; INTx is a wire and pushes nothing (PCI 2.3, 3.2.5).
class HostBridge : public sc_core::sc_module, public CpuPort, private pci::Target {
public:
    /// read_latency: of a device's read from memory, as a delayed transaction; 0 reads at once.
    HostBridge(const sc_core::sc_module_name& name, pci::PciBus& bus, HostPort& host, pci::TargetTiming timing,
               Duration read_latency);

    std::uint32_t read(BusAddress address) override;
    void write(BusAddress address, std::uint32_t value) override;
    std::uint32_t read_configuration(unsigned device, std::uint32_t offset) override;
    void write_configuration(unsigned device, std::uint32_t offset, std::uint32_t value) override;

private:
    bool claims(pci::Command command, BusAddress address) const override;
    pci::TargetTiming timing() const override { return timing_; }
    bool punctual() const override { return false; }
    pci::Answer answer(const pci::Access& phase, Duration at) override;
    void read(const pci::Access& phase, std::span<std::byte> data, Duration at) override;
    void write(const pci::Access& access, std::span<const std::byte> data, Duration at) override;
    std::uint64_t certain(const pci::Access& access) const override;
    Duration settling_time() const override { return host_.posting_delay(); }

    std::span<std::byte> locate(const pci::Access& access) const;
    void access(pci::Command command, BusAddress address, std::uint32_t& word);

    pci::PciBus& bus_;
    HostPort& host_;
    const pci::TargetTiming timing_;
    const unsigned master_;
    pci::DelayedReads delayed_reads_;
    sc_core::sc_mutex cpu_port_;  ///< One CPU access at a time.
};

}  // namespace ghostcard::bus
