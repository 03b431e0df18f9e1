// SPDX-License-Identifier: MIT
#include <ghostcard/bus/host_bridge.h>

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace ghostcard::bus {
namespace {

constexpr std::uint64_t fetched_block = 64;  // bytes, of a delayed read
constexpr unsigned discard_clocks = 1u << 15;

/// Type 0: one of AD[31:11] is wired to the IDSEL pin of each device. Type 1 has the numbers of bus and device
/// (PCI 2.3, 3.2.2.3).
BusAddress configuration_address(unsigned device, std::uint32_t offset) {
    const std::uint64_t bus = device / devices_of_bus, number = device % devices_of_bus;
    if (bus == 0) return {pci::device_select(number) | (offset & 0xfc)};
    return {pci::type_1_mark | bus << 16 | number << 11 | (offset & 0xfc)};
}

}  // namespace

HostBridge::HostBridge(const sc_core::sc_module_name& name, pci::PciBus& bus, HostPort& host, pci::TargetTiming timing,
                       Duration read_latency)
    : sc_module(name),
      bus_(bus),
      host_(host),
      timing_(timing),
      master_(bus.attach_master({})),
      delayed_reads_(read_latency, fetched_block, discard_clocks * bus.period()) {
    bus.attach_target(*this);
    host.on_settle([&bus] { bus.catch_up(); });
    host.on_change([&bus](RequesterId, BusRange) { bus.targets_changed(); });
}

bool HostBridge::claims(pci::Command command, BusAddress address) const {
    return !pci::is_configuration(command) && host_.decodes(address, !pci::is_read(command));
}

std::span<std::byte> HostBridge::locate(const pci::Access& access) const {
    return host_.locate(access.master, *BusRange::of(access.address, access.bytes), access.write());
}

pci::Answer HostBridge::answer(const pci::Access& phase, Duration at) {
    if (HostPort::is_message(phase.address)) return pci::Answer::transfer;
    if (locate(phase).empty()) {
        host_.record_fault({phase.address, phase.master, phase.write(), at});
        return pci::Answer::abort;
    }
    const bool ready = phase.write() ? host_.room(at) >= phase.bytes : delayed_reads_.ready(phase, at);
    return ready ? pci::Answer::transfer : pci::Answer::stop;
}

/// A translation that has ended since the phase was accepted leaves it nothing to read and nowhere to write to.
void HostBridge::read(const pci::Access& phase, std::span<std::byte> data, Duration) {
    host_.flush();
    const std::span<const std::byte> memory = locate(phase);
    if (memory.empty())
        std::fill(data.begin(), data.end(), std::byte{0xff});
    else
        std::memcpy(data.data(), memory.data(), data.size());
}

void HostBridge::write(const pci::Access& access, std::span<const std::byte> data, Duration at) {
    if (HostPort::is_message(access.address))
        return host_.post_message(access.address, static_cast<std::uint16_t>(load_little_endian(data)), at);
    for (pci::Access rest = access; rest.bytes != 0;) {
        const std::span<std::byte> memory = locate(rest);
        if (memory.empty()) return;
        host_.post(memory, data.subspan(data.size() - rest.bytes, memory.size()), at);
        rest.address = rest.address + memory.size();
        rest.bytes -= memory.size();
    }
}

std::uint64_t HostBridge::certain(const pci::Access& access) const {
    if (HostPort::is_message(access.address) || !access.write() || !host_.posts_freely()) return 0;
    return locate(access).size();
}

void HostBridge::access(pci::Command command, BusAddress address, std::uint32_t& word) {
    std::array<std::byte, 4> bytes{};
    store_little_endian(word, bytes);
    cpu_port_.lock();
    pci::Run run{.command = command, .address = address, .data = bytes, .burst_bytes = bytes.size()};
    bus_.transport(master_, run);
    if (pci::is_read(command)) {
        if (host_.drained_at() > simulated_now()) sc_core::wait(to_sc_time(host_.drained_at() - simulated_now()));
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
