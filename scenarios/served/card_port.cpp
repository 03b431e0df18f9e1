// SPDX-License-Identifier: MIT
#include "card_port.h"

#include <ghostcard/base/little_endian.h>

#include <array>
#include <span>

namespace ghostcard::scenarios {
namespace {

constexpr std::uint32_t all_ones = ~std::uint32_t{0};

/// Calls transport(interface, payload) for a register of BAR0. What is in `word` then, unless the card refuses.
template <class Transport>
std::uint32_t transported(platform::Machine& machine, tlm::tlm_command command, std::uint32_t offset,
                          std::uint32_t value, Transport transport) {
    std::array<unsigned char, 4> word{};
    const auto bytes = std::as_writable_bytes(std::span(word));
    store_little_endian(value, bytes);
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(offset);
    payload.set_data_ptr(word.data());
    payload.set_data_length(word.size());
    payload.set_streaming_width(word.size());
    tlm::tlm_fw_transport_if<>& card =
        machine.slot ? *machine.slot->bar0_socket.operator->() : *machine.link_slot->bar0_socket.operator->();
    const bool answered = transport(card, payload);
    return answered ? static_cast<std::uint32_t>(load_little_endian(bytes)) : all_ones;
}

}  // namespace

std::uint32_t CardPort::peek(std::uint32_t offset) const {
    return transported(machine_, tlm::TLM_READ_COMMAND, offset, 0,
                       [](tlm::tlm_fw_transport_if<>& card, tlm::tlm_generic_payload& payload) {
                           return card.transport_dbg(payload) == payload.get_data_length();
                       });
}

std::uint32_t CardPort::access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value) {
    return transported(machine_, command, offset, value,
                       [](tlm::tlm_fw_transport_if<>& card, tlm::tlm_generic_payload& payload) {
                           sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
                           card.b_transport(payload, delay);
                           return payload.is_response_ok();
                       });
}

}  // namespace ghostcard::scenarios
