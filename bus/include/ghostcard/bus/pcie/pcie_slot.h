// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pcie/express_capability.h>
#include <ghostcard/bus/pcie/root_complex.h>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <optional>
#include <systemc>
#include <tlm>

namespace ghostcard::bus::pcie {

/// A slot at the lower end of a PCI Express link that takes any TLM-2.0 component with a type 0 configuration header
/// and one memory BAR, the same as a pci::PciSlot does: requests become payloads for it, its DMA payloads become runs
/// of TLPs. A DmaRun's burst_bytes limit what the component asks for at a time; max_payload and max_read_request cut
/// that into TLPs, which are the transactions that the run is told of and at which it can be ended.
///
/// A DMA read that the host does not support comes back as TLM_ADDRESS_ERROR_RESPONSE; a DMA write always succeeds.
class PcieSlot : public sc_core::sc_module, private Endpoint {
public:
    tlm_utils::simple_initiator_socket<PcieSlot> config_socket;  ///< Address: offset in configuration space.
    tlm_utils::simple_initiator_socket<PcieSlot> bar0_socket;    ///< Address: offset in BAR0.
    tlm_utils::simple_target_socket<PcieSlot> dma_socket;        ///< Address: on the bus.

    /// The component's INTA#, which goes up the link as messages (PCIe 5.0, 2.2.8.1); need not be bound.
    sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> inta{"inta"};

    /// bar0_size: a power of two.
    PcieSlot(const sc_core::sc_module_name& name, RootComplex& root, std::uint64_t bar0_size);

private:
    bool access(const Tlp& request, std::uint32_t& word) override;
    bool access_configuration(const Tlp& request, std::uint32_t& word);
    void watch_inta();
    void configuration_changed();
    std::uint32_t configuration_word(std::uint32_t offset);
    void transport_dma(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

    RootComplex& root_;
    const std::uint64_t bar0_size_;
    ExpressCapability capability_;
    std::optional<BusRange> bar0_;  ///< What the component answers to at present.
};

}  // namespace ghostcard::bus::pcie
