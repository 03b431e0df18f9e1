// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_file.h>
#include <ghostcard/bus/pci/bridge_channel.h>
#include <ghostcard/bus/pci/pci_bus.h>

#include <cstdint>
#include <systemc>
#include <vector>

namespace ghostcard::bus::pci {

/// The configuration space of a bridge as it is after reset (PCI-to-PCI Bridge Architecture Specification 1.1, chapter
/// 3).
RegisterFile bridge_configuration();

struct ConfigurationWrite {
    std::uint32_t offset = 0;
    std::uint32_t value = 0;
};
/// What firmware writes into the n-th (from 0) of a row of so many bridges that begins at bus 0, so that what lies in
/// the range, in whole MiB, passes down and all else up.
std::vector<ConfigurationWrite> opening_writes(unsigned bridge, unsigned bridges, BusRange below,
                                               const PciSettings& settings);

/// A PCI-to-PCI bridge: a device on its primary bus, and the only way up from its secondary one. It passes down what
/// lies in its windows and configuration requests for the buses behind it, and up everything else. Interrupt wires go
/// by it.
class PciBridge : public sc_core::sc_module, private Target, private BridgeRoutes {
public:
    /// device: its number on the primary bus. requester: as whom the host takes all that comes up through the bridge;
    /// it cannot tell the devices behind one apart. buffer: bytes of posted writes that each direction holds.
    PciBridge(const sc_core::sc_module_name& name, PciBus& primary, PciBus& secondary, unsigned device,
              RequesterId requester, std::uint64_t buffer);

private:
    // The bridge itself on the primary bus: its configuration space.
    bool claims(Command command, BusAddress address) const override;
    TargetTiming timing() const override { return {}; }
    bool punctual() const override { return true; }
    Answer answer(const Access&, Duration) override { return Answer::transfer; }
    void read(const Access& phase, std::span<std::byte> data, Duration at) override;
    void write(const Access& access, std::span<const std::byte> data, Duration at) override;

    bool passes(bool down, Command command, BusAddress address) const override;
    BusAddress converted(Command command, BusAddress address) const override;
    BusAddress fetch_end(bool down, const Access& first) const override;
    unsigned latency_timer(bool down) const override;
    std::uint64_t cache_line() const override;
    void aborted(bool down, Termination termination) override;

    bool in_window(BusAddress address) const;

    const unsigned device_;
    RegisterFile registers_;
    BridgeChannel down_;
    BridgeChannel up_;
};

}  // namespace ghostcard::bus::pci
