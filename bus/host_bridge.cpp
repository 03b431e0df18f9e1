// SPDX-License-Identifier: MIT
#include <ghostcard/bus/host_bridge.h>

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/sim_time.h>

#include <array>
#include <cstring>
#include <utility>

namespace ghostcard::bus {
namespace {

/// Settling costs nothing extra when it is done in batches.
constexpr std::size_t settle_after = 4096;

bool in_message_window(BusAddress address) {
    return address >= HostBridge::message_window_begin && address < HostBridge::message_window_end;
}
bool in_device_window(BusAddress address) {
    return address >= HostBridge::device_window_begin && address < HostBridge::device_window_end;
}
/// Type 0: one of AD[31:11] is wired to the IDSEL pin of each device (PCI 2.3, 3.2.2.3).
BusAddress configuration_address(unsigned device, std::uint32_t offset) {
    return {1ull << (11 + device) | (offset & 0xfc)};
}

}  // namespace

HostBridge::HostBridge(const sc_core::sc_module_name& name, pci::PciBus& bus, const HostMemory& memory,
                       std::unique_ptr<BusTranslation> translation, Duration posting_delay, pci::TargetTiming timing)
    : sc_module(name),
      bus_(bus),
      memory_(memory),
      translation_(std::move(translation)),
      posting_delay_(posting_delay),
      timing_(timing),
      master_(bus.attach_master({})) {
    bus.attach_target(*this);
    SC_HAS_PROCESS(HostBridge);
    SC_METHOD(deliver_messages);
    sensitive << message_due_;
    dont_initialize();
}

bool HostBridge::claims(pci::Command command, BusAddress address) const {
    if (pci::is_configuration(command)) return false;
    if (in_message_window(address)) return command == pci::Command::memory_write;
    return !in_device_window(address) && translation_->decodes(address);
}

bool HostBridge::accepts(RequesterId master, pci::Command command, BusAddress address) {
    accepted_ = nullptr;
    if (in_message_window(address)) return true;
    const bool write = !pci::is_read(command);
    if (const auto physical = translation_->translate(master, address, write)) {
        if (const auto bytes = memory_.at(*PhysicalRange::of(*physical, 1))) {
            accepted_ = bytes->data();
            return true;
        }
    }
    if (faults_.size() < recorded_faults) faults_.push_back({address, master, write, simulated_now()});
    ++fault_count_;
    return false;
}

void HostBridge::read(pci::Command, BusAddress, std::span<std::byte> data) {
    posted_.settle(Duration::max());  // a device never reads what was there before its own writes
    std::memcpy(data.data(), accepted_, data.size());
}

void HostBridge::write(pci::Command, BusAddress address, std::span<const std::byte> data) {
    const Duration visible_at = simulated_now() + posting_delay_;
    if (accepted_ == nullptr) {
        messages_.push_back({address, static_cast<std::uint16_t>(load_little_endian(data)), visible_at});
        message_due_.notify(to_sc_time(messages_.front().visible_at - simulated_now()));
        return;
    }
    posted_.post(accepted_, data, visible_at);
    if (posted_.size() >= settle_after) settle();
}

void HostBridge::deliver_messages() {
    while (!messages_.empty() && messages_.front().visible_at <= simulated_now()) {
        const Message message = messages_.front();
        messages_.pop_front();
        ++message_count_;
        if (message_sink_) message_sink_->message(message.address, message.data);
    }
    if (!messages_.empty()) message_due_.notify(to_sc_time(messages_.front().visible_at - simulated_now()));
}

void HostBridge::settle() { posted_.settle(simulated_now()); }

void HostBridge::access(pci::Command command, BusAddress address, std::uint32_t& word) {
    std::array<std::byte, 4> bytes{};
    store_little_endian(word, bytes);
    cpu_port_.lock();
    pci::Run run{.command = command, .address = address, .data = bytes, .burst_bytes = bytes.size()};
    bus_.transport(master_, run);
    if (pci::is_read(command)) {
        if (!posted_.empty() && posted_.last_visible_at() > simulated_now())
            sc_core::wait(to_sc_time(posted_.last_visible_at() - simulated_now()));
        word = run.termination == pci::Termination::completed ? static_cast<std::uint32_t>(load_little_endian(bytes))
                                                              : ~std::uint32_t{0};
    }
    cpu_port_.unlock();
}

std::uint32_t HostBridge::read(BusAddress address) {
    std::uint32_t word = 0;
    access(pci::Command::memory_read, address, word);
    return word;
}

void HostBridge::write(BusAddress address, std::uint32_t value) { access(pci::Command::memory_write, address, value); }

std::uint32_t HostBridge::read_configuration(unsigned device, std::uint32_t offset) {
    std::uint32_t word = 0;
    access(pci::Command::configuration_read, configuration_address(device, offset), word);
    return word;
}

void HostBridge::write_configuration(unsigned device, std::uint32_t offset, std::uint32_t value) {
    access(pci::Command::configuration_write, configuration_address(device, offset), value);
}

}  // namespace ghostcard::bus
