// SPDX-License-Identifier: MIT
#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/pcie/pcie_slot.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/pcie_capability.h>

#include <array>

namespace ghostcard::bus::pcie {
namespace {

using Word = std::array<std::byte, 4>;

void prepare(tlm::tlm_generic_payload& payload, bool read, std::uint64_t offset, Word& word) {
    payload.set_command(read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
    payload.set_address(offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(word.data()));
    payload.set_data_length(static_cast<unsigned>(word.size()));
    payload.set_streaming_width(static_cast<unsigned>(word.size()));
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

/// False: the component refused.
template <class Socket>
bool transport(Socket& socket, bool read, std::uint64_t offset, std::uint32_t& value) {
    Word word{};
    store_little_endian(value, word);
    tlm::tlm_generic_payload payload;
    prepare(payload, read, offset, word);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    if (delay != sc_core::SC_ZERO_TIME) sc_core::wait(delay);
    if (read) value = static_cast<std::uint32_t>(load_little_endian(word));
    return !payload.is_response_error();
}

}  // namespace

PcieSlot::PcieSlot(const sc_core::sc_module_name& name, RootComplex& root, std::uint64_t bar0_size)
    : sc_module(name),
      config_socket("config_socket"),
      bar0_socket("bar0_socket"),
      dma_socket("dma_socket"),
      root_(root),
      bar0_size_(bar0_size),
      capability_(root.settings()) {
    root.attach(*this);
    dma_socket.register_b_transport(this, &PcieSlot::transport_dma);
    SC_HAS_PROCESS(PcieSlot);
    SC_METHOD(watch_inta);
}

void PcieSlot::watch_inta() {
    if (inta.size() == 0) return;
    if (inta->event()) root_.interrupt(inta->read());
    next_trigger(inta->value_changed_event());
}

bool PcieSlot::access(const Tlp& request, std::uint32_t& word) {
    if (request.kind == TlpKind::configuration_read || request.kind == TlpKind::configuration_write)
        return access_configuration(request, word);
    const auto range = BusRange::of(request.address, request.bytes);
    const bool claimed = bar0_ && range && bar0_->contains(*range);
    const bool supported =
        claimed && transport(bar0_socket, request.kind == TlpKind::memory_read, request.address - bar0_->base(), word);
    if (!supported) capability_.received_unsupported_request();
    return supported;
}

/// The component has conventional PCI's 256 bytes; what lies beyond reads as no extended capability (PCIe 5.0, 7.6.1).
bool PcieSlot::access_configuration(const Tlp& request, std::uint32_t& word) {
    const auto offset = static_cast<std::uint32_t>(request.address.value);
    const bool read = request.kind == TlpKind::configuration_read;
    if (offset >= pci::PciFunction::configuration_bytes) {
        word = 0;
    } else if (!read && capability_.owns(offset)) {
        capability_.write(offset, word);
        if (offset == registers::DeviceControl::offset)
            root_.limit(capability_.max_payload(), capability_.max_read_request());
    } else if (!read) {
        const bool taken = transport(config_socket, false, offset, word);
        configuration_changed();
        return taken;
    } else {
        word = capability_.read(offset, [this](std::uint32_t at) { return configuration_word(at); });
    }
    return true;
}

/// BAR0 counts while memory space is enabled (PCIe 5.0, 7.5.1.1.3 and 7.5.1.2.1).
void PcieSlot::configuration_changed() {
    using namespace registers;
    const Value<CommandStatus> command{configuration_word(CommandStatus::offset)};
    const std::uint64_t base = round_down(configuration_word(BaseAddress0::offset), bar0_size_);
    bar0_ = command.get<CommandStatus::MemorySpace>() != 0 ? BusRange::of({base}, bar0_size_) : std::nullopt;
}

std::uint32_t PcieSlot::configuration_word(std::uint32_t offset) {
    Word word{};
    tlm::tlm_generic_payload payload;
    prepare(payload, true, offset, word);
    const bool whole = config_socket->transport_dbg(payload) == word.size();
    return whole ? static_cast<std::uint32_t>(load_little_endian(word)) : 0;
}

void PcieSlot::transport_dma(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const std::size_t size = payload.get_data_length();
    if (size == 0 || payload.get_command() == tlm::TLM_IGNORE_COMMAND)
        return payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    if (payload.get_byte_enable_ptr() != nullptr)
        return payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    if (!BusRange::of({payload.get_address()}, size))
        return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (delay != sc_core::SC_ZERO_TIME) sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;

    Run run{.write = payload.is_write(),
            .address = {payload.get_address()},
            .data = {reinterpret_cast<std::byte*>(payload.get_data_ptr()), size},
            .burst_bytes = size};
    if (auto* const extension = payload.get_extension<DmaRun>()) {
        if (extension->burst_bytes != 0) run.burst_bytes = extension->burst_bytes;
        run.control = extension;
    }
    root_.transport(run);
    payload.set_response_status(run.refused ? tlm::TLM_ADDRESS_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
}

}  // namespace ghostcard::bus::pcie
