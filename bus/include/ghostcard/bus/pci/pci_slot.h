// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/pci_bus.h>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <optional>
#include <systemc>
#include <tlm>

namespace ghostcard::bus::pci {

/// A slot that takes any TLM-2.0 component with a type 0 configuration header and one memory BAR: bus transactions
/// become payloads for it, its DMA payloads become runs on the bus.
class PciSlot : public sc_core::sc_module, private Target {
public:
    tlm_utils::simple_initiator_socket<PciSlot> config_socket;  ///< Address: offset in configuration space.
    tlm_utils::simple_initiator_socket<PciSlot> bar0_socket;    ///< Address: offset in BAR0.
    tlm_utils::simple_target_socket<PciSlot> dma_socket;        ///< Address: on the bus.

    /// requester.device: 0 to 20, the wire of AD[31:11] that selects it; bar0_size: a power of two; timing:
    /// how the component answers as a target.
    PciSlot(const sc_core::sc_module_name& name, PciBus& bus, RequesterId requester, std::uint64_t bar0_size,
            TargetTiming timing);

private:
    bool claims(Command command, BusAddress address) const override;
    TargetTiming timing() const override { return timing_; }
    bool punctual() const override { return true; }
    Answer answer(const Access&, Duration) override { return Answer::transfer; }
    void read(const Access& phase, std::span<std::byte> data, Duration at) override;
    void write(const Access& phase, std::span<const std::byte> data, Duration at) override;

    void access(Command command, BusAddress address, std::byte* data, std::size_t size);
    void configuration_changed();
    std::uint32_t configuration_word(std::uint32_t offset);
    void transport_dma(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

    PciBus& bus_;
    const RequesterId requester_;
    const std::uint64_t bar0_size_;
    const TargetTiming timing_;
    const unsigned master_;
    std::optional<BusRange> bar0_;  ///< What the component answers to at present...
    unsigned latency_timer_ = 0;    ///< ...and how it behaves as a master.
    std::uint64_t cache_line_ = 0;
};

}  // namespace ghostcard::bus::pci
