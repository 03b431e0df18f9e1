// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pci_slot.h>

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/dma_run.h>

#include <algorithm>
#include <array>

namespace ghostcard::bus::pci {
namespace {

constexpr std::uint32_t command_register = 0x04;
constexpr std::uint32_t latency_register = 0x0c;
constexpr std::uint32_t bar0_register = 0x10;
constexpr std::uint32_t memory_space_enable = 1u << 1;
constexpr std::uint32_t memory_write_and_invalidate_enable = 1u << 4;

std::uint32_t configuration_offset(BusAddress address) { return static_cast<std::uint32_t>(address.value & 0xff); }

tlm::tlm_response_status response_of(Termination termination) {
    switch (termination) {
        case Termination::master_abort: return tlm::TLM_ADDRESS_ERROR_RESPONSE;
        case Termination::target_abort: return tlm::TLM_GENERIC_ERROR_RESPONSE;
        default: return tlm::TLM_OK_RESPONSE;
    }
}

}  // namespace

PciSlot::PciSlot(const sc_core::sc_module_name& name, PciBus& bus, RequesterId requester, std::uint64_t bar0_size,
                 TargetTiming timing)
    : sc_module(name),
      config_socket("config_socket"),
      bar0_socket("bar0_socket"),
      dma_socket("dma_socket"),
      bus_(bus),
      requester_(requester),
      bar0_size_(bar0_size),
      timing_(timing),
      master_(bus.attach_master(requester)) {
    bus.attach_target(*this);
    dma_socket.register_b_transport(this, &PciSlot::transport_dma);
}

bool PciSlot::claims(Command command, BusAddress address) const {
    if (!is_configuration(command)) return bar0_ && bar0_->contains(address);
    const bool selected = (address.value >> 11 >> requester_.device & 1u) != 0;
    const bool function_0 = (address.value >> 8 & 0x7) == 0;
    return selected && function_0 && !is_type_1(address);
}

void PciSlot::read(const Access& phase, std::span<std::byte> data, Duration) {
    access(phase.command, phase.address, data.data(), data.size());
}

void PciSlot::write(const Access& phase, std::span<const std::byte> data, Duration) {
    std::array<std::byte, 8> copy{};
    std::copy(data.begin(), data.end(), copy.begin());
    access(phase.command, phase.address, copy.data(), data.size());
    if (is_configuration(phase.command)) configuration_changed();
}

/// The component has claimed the address: what it makes of the access is its own business, and a refusal reads as all
/// ones.
void PciSlot::access(Command command, BusAddress address, std::byte* data, std::size_t size) {
    const bool configuration = is_configuration(command);
    tlm::tlm_generic_payload payload;
    payload.set_command(is_read(command) ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
    payload.set_address(configuration ? configuration_offset(address) : address - bar0_->base());
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(data));
    payload.set_data_length(static_cast<unsigned>(size));
    payload.set_streaming_width(static_cast<unsigned>(size));
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    (configuration ? config_socket : bar0_socket)->b_transport(payload, delay);
    if (payload.is_response_error() && is_read(command)) std::fill_n(data, size, std::byte{0xff});
}

/// As the component's own logic: BAR0 counts while memory space is enabled (PCI 2.3, 6.2.2 and 6.2.5.1), and cache line
/// size and latency timer say how it uses the bus (6.2.4).
void PciSlot::configuration_changed() {
    const std::uint32_t command = configuration_word(command_register);
    const std::uint64_t base = round_down(configuration_word(bar0_register), bar0_size_);
    bar0_ = (command & memory_space_enable) != 0 ? BusRange::of({base}, bar0_size_) : std::nullopt;

    const std::uint32_t latency = configuration_word(latency_register);
    latency_timer_ = latency >> 8 & 0xff;
    cache_line_ = (command & memory_write_and_invalidate_enable) != 0 ? 4 * (latency & 0xff) : 0;
}

std::uint32_t PciSlot::configuration_word(std::uint32_t offset) {
    std::array<std::byte, 4> word{};
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_READ_COMMAND);
    payload.set_address(offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(word.data()));
    payload.set_data_length(word.size());
    payload.set_streaming_width(word.size());
    return config_socket->transport_dbg(payload) == word.size() ? static_cast<std::uint32_t>(load_little_endian(word))
                                                                : 0;
}

void PciSlot::transport_dma(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    if (payload.get_data_length() == 0 || payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
        payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    if (payload.get_byte_enable_ptr() != nullptr) {
        payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        return;
    }
    if (delay != sc_core::SC_ZERO_TIME) sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;

    const std::size_t size = payload.get_data_length();
    Run run{.command = payload.is_write() ? Command::memory_write : Command::memory_read,
            .address = {payload.get_address()},
            .data = {reinterpret_cast<std::byte*>(payload.get_data_ptr()), size},
            .burst_bytes = size,
            .wide = true,
            .latency_timer = latency_timer_,
            .cache_line = cache_line_};
    if (auto* const extension = payload.get_extension<DmaRun>()) {
        if (extension->burst_bytes != 0) run.burst_bytes = extension->burst_bytes;
        run.control = extension;
    }
    bus_.transport(master_, run);
    payload.set_response_status(response_of(run.termination));
}

}  // namespace ghostcard::bus::pci
