// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/sim_time.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

namespace ghostcard::tests {

/// Somebody's TLM component with a configuration header and 4 KiB of scratch memory behind BAR0.
class ScratchComponent : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<ScratchComponent> config_socket{"config_socket"};
    tlm_utils::simple_target_socket<ScratchComponent> bar0_socket{"bar0_socket"};
    tlm_utils::simple_initiator_socket<ScratchComponent> dma_socket{"dma_socket"};
    bus::pci::PciFunction function;
    std::vector<std::byte> scratch = std::vector<std::byte>(4096);
    bool refuses = false;
    std::vector<Duration> accesses;  ///< To BAR0, when they came.

    explicit ScratchComponent(const sc_core::sc_module_name& name) : sc_module(name) {
        config_socket.register_b_transport(this, &ScratchComponent::config);
        config_socket.register_transport_dbg(this, &ScratchComponent::debug);
        bar0_socket.register_b_transport(this, &ScratchComponent::bar0);
    }

private:
    static std::span<std::byte> bytes(tlm::tlm_generic_payload& payload) {
        return {reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length()};
    }
    unsigned debug(tlm::tlm_generic_payload& payload) {
        store_little_endian(function.read(static_cast<std::uint32_t>(payload.get_address())), bytes(payload));
        return payload.get_data_length();
    }
    void config(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
        const auto offset = static_cast<std::uint32_t>(payload.get_address());
        if (payload.is_read())
            store_little_endian(function.read(offset), bytes(payload));
        else
            function.write(offset, static_cast<std::uint32_t>(load_little_endian(bytes(payload))));
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    void bar0(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
        accesses.push_back(bus::simulated_now());
        payload.set_response_status(refuses ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
        const auto place = scratch.begin() + static_cast<std::ptrdiff_t>(payload.get_address());
        if (payload.is_read())
            std::copy_n(place, payload.get_data_length(), bytes(payload).begin());
        else
            std::copy_n(bytes(payload).begin(), payload.get_data_length(), place);
    }
};

}  // namespace ghostcard::tests
