// SPDX-License-Identifier: MIT
#include <ghostcard/base/little_endian.h>
#include <ghostcard/model/card.h>

#include <algorithm>
#include <cstddef>

namespace ghostcard::model {
namespace {

/// One access of at most 4 bytes within a 32-bit register.
struct WordAccess {
    std::uint32_t offset;  ///< Of the register.
    unsigned shift;        ///< Of the first byte in it, in bits.
    std::span<std::byte> data;

    std::uint32_t byte_mask() const {
        return static_cast<std::uint32_t>((std::uint64_t{1} << (8 * data.size())) - 1) << shift;
    }
};

/// Nothing, and the response says why, unless the payload is such an access.
std::optional<WordAccess> word_access(tlm::tlm_generic_payload& payload, std::uint64_t window) {
    const std::uint64_t address = payload.get_address();
    const unsigned length = payload.get_data_length();
    if (payload.get_byte_enable_ptr() != nullptr) {
        payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    } else if (length == 0 || payload.get_streaming_width() < length || address % 4 + length > 4) {
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    } else if (address >= window) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    } else if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
        payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    } else {
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
        return WordAccess{static_cast<std::uint32_t>(round_down(address, 4)),
                          static_cast<unsigned>(8 * (address % 4)),
                          {reinterpret_cast<std::byte*>(payload.get_data_ptr()), length}};
    }
    return std::nullopt;
}

template <class Read, class Write>
void access(tlm::tlm_generic_payload& payload, std::uint64_t window, Read read, Write write) {
    const auto word = word_access(payload, window);
    if (!word) return;
    if (payload.is_read()) {
        store_little_endian(read(word->offset) >> word->shift, word->data);
    } else {
        const auto value = static_cast<std::uint32_t>(load_little_endian(word->data)) << word->shift;
        write(word->offset, value, word->byte_mask());
    }
}

/// Debug reads may be of any length, have no side effect and stop at the window's end.
template <class Peek>
unsigned debug(tlm::tlm_generic_payload& payload, std::uint64_t window, Peek peek) {
    if (!payload.is_read() || payload.get_address() >= window) return 0;
    const auto length =
        static_cast<unsigned>(std::min<std::uint64_t>(payload.get_data_length(), window - payload.get_address()));
    for (unsigned i = 0; i < length; ++i) {
        const std::uint64_t address = payload.get_address() + i;
        payload.get_data_ptr()[i] =
            static_cast<unsigned char>(peek(static_cast<std::uint32_t>(round_down(address, 4))) >> (8 * (address % 4)));
    }
    return length;
}

}  // namespace

void Card::register_sockets() {
    config_socket.register_b_transport(this, &Card::transport_config);
    config_socket.register_transport_dbg(this, &Card::debug_config);
    bar0_socket.register_b_transport(this, &Card::transport_bar0);
    bar0_socket.register_transport_dbg(this, &Card::debug_bar0);
}

void Card::transport_config(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    access(
        payload, bus::pci::PciFunction::configuration_bytes, [this](Offset offset) { return function_.read(offset); },
        [this](Offset offset, std::uint32_t value, std::uint32_t mask) { write_config(offset, value, mask); });
}

void Card::transport_bar0(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    if (!function_.memory_enabled()) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    access(
        payload, bar0_size, [this](Offset offset) { return read_register(offset); },
        [this](Offset offset, std::uint32_t value, std::uint32_t mask) { write_register(offset, value, mask); });
}

unsigned Card::debug_config(tlm::tlm_generic_payload& payload) {
    return debug(payload, bus::pci::PciFunction::configuration_bytes,
                 [this](Offset offset) { return function_.read(offset); });
}

unsigned Card::debug_bar0(tlm::tlm_generic_payload& payload) {
    return debug(payload, bar0_size, [this](Offset offset) { return peek_register(offset); });
}

}  // namespace ghostcard::model
