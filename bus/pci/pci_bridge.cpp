// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pci_bridge.h>

#include <ghostcard/base/little_endian.h>
#include <ghostcard/registers/pci_bridge_config.h>
#include <ghostcard/registers/register_tables.h>

namespace ghostcard::bus::pci {

using namespace registers;

namespace {

constexpr std::uint64_t fetched_block = 64;  // bytes, of reads from memory
constexpr std::uint32_t bridge_class = 0x060400;
constexpr std::uint32_t bridge_device_id = 0x6ca6;

constexpr unsigned mib_bits = 20;  // the unit of windows

template <class Window>
bool contains(Value<Window> window, BusAddress address) {
    const std::uint64_t unit = address.value >> mib_bits;
    return unit >= window.template get<typename Window::Base>() &&
           unit <= window.template get<typename Window::Limit>();
}

}  // namespace

RegisterFile bridge_configuration() {
    RegisterFile registers(bridge_register_table());
    registers.override_reset(registers.get<DeviceVendor>().with<DeviceVendor::DeviceId>(bridge_device_id));
    registers.override_reset(registers.get<CommandStatus>().with<CommandStatus::CapabilitiesList>(0));
    registers.override_reset(registers.get<ClassRevision>().with<ClassRevision::ClassCode>(bridge_class));
    registers.override_reset(registers.get<LatencyHeader>().with<LatencyHeader::HeaderType>(1));
    return registers;
}

std::vector<ConfigurationWrite> opening_writes(unsigned bridge, unsigned bridges, BusRange below,
                                               const PciSettings& settings) {
    const auto mib = [](BusAddress address) { return static_cast<std::uint32_t>(address.value >> mib_bits); };
    const auto numbers = Value<BusNumbers>{}
                             .with<BusNumbers::Primary>(bridge)
                             .with<BusNumbers::Secondary>(bridge + 1)
                             .with<BusNumbers::Subordinate>(bridges)
                             .with<BusNumbers::SecondaryLatencyTimer>(settings.latency_timer / 8);
    const auto memory = Value<MemoryBaseLimit>{}
                            .with<MemoryBaseLimit::Base>(mib(below.base()))
                            .with<MemoryBaseLimit::Limit>(mib(below.last()));
    const auto no_prefetchable = Value<PrefetchableBaseLimit>{}.with<PrefetchableBaseLimit::Base>(0xfff);
    const auto latency = Value<LatencyHeader>{}
                             .with<LatencyHeader::CacheLineSize>(static_cast<std::uint32_t>(settings.cache_line / 4))
                             .with<LatencyHeader::LatencyTimer>(settings.latency_timer / 8);
    const auto command = Value<CommandStatus>{}
                             .with<CommandStatus::MemorySpace>(1)
                             .with<CommandStatus::BusMaster>(1)
                             .with<CommandStatus::MemoryWriteAndInvalidate>(settings.cache_line != 0);
    return {{BusNumbers::offset, numbers.raw()},
            {MemoryBaseLimit::offset, memory.raw()},
            {PrefetchableBaseLimit::offset, no_prefetchable.raw()},
            {LatencyHeader::offset, latency.raw()},
            {CommandStatus::offset, command.raw()}};
}

PciBridge::PciBridge(const sc_core::sc_module_name& name, PciBus& primary, PciBus& secondary, unsigned device,
                     RequesterId requester, std::uint64_t buffer)
    : sc_module(name),
      device_(device),
      registers_(bridge_configuration()),
      down_("down", primary, secondary, secondary.attach_master({}), true, *this, buffer),
      up_("up", secondary, primary, primary.attach_master(requester), false, *this, buffer) {
    down_.set_opposite(up_);
    up_.set_opposite(down_);
    primary.attach_target(*this);
}

// ---- configuration --------------------------------------------------------------------------------------------------

bool PciBridge::claims(Command command, BusAddress address) const {
    const bool function_0 = (address.value >> 8 & 0x7) == 0;
    return is_configuration(command) && !is_type_1(address) && (address.value >> (11 + device_) & 1) != 0 && function_0;
}

void PciBridge::read(const Access& phase, std::span<std::byte> data, Duration) {
    store_little_endian(registers_.read(static_cast<std::uint32_t>(phase.address.value & 0xfc)), data);
}

void PciBridge::write(const Access& access, std::span<const std::byte> data, Duration) {
    registers_.write(static_cast<std::uint32_t>(access.address.value & 0xfc),
                     static_cast<std::uint32_t>(load_little_endian(data)));
}

// ---- what passes ----------------------------------------------------------------------------------------------------

bool PciBridge::in_window(BusAddress address) const {
    return contains(registers_.get<MemoryBaseLimit>(), address) ||
           contains(registers_.get<PrefetchableBaseLimit>(), address);
}

/// Memory passes down through the windows, and up where they are not (Bridge 1.1, 4.2 and 4.3); configuration requests
/// of type 1 pass down (3.1.2.1). Each way wants its enable bit.
bool PciBridge::passes(bool down, Command command, BusAddress address) const {
    const auto enables = registers_.get<CommandStatus>();
    if (is_configuration(command)) {
        const auto numbers = registers_.get<BusNumbers>();
        const std::uint64_t bus = address.value >> 16 & 0xff;
        return down && is_type_1(address) && bus >= numbers.get<BusNumbers::Secondary>() &&
               bus <= numbers.get<BusNumbers::Subordinate>();
    }
    if (down) return enables.get<CommandStatus::MemorySpace>() != 0 && in_window(address);
    return enables.get<CommandStatus::BusMaster>() != 0 && !in_window(address);
}

/// A request of type 1 for the secondary bus itself becomes one of type 0, with the device's wire of AD[31:11]
/// asserted.
BusAddress PciBridge::converted(Command command, BusAddress address) const {
    const std::uint64_t bus = address.value >> 16 & 0xff;
    if (!is_configuration(command) || bus != registers_.get<BusNumbers>().get<BusNumbers::Secondary>()) return address;
    const std::uint64_t device = address.value >> 11 & 0x1f;
    return {device_select(device) | (address.value & 0x7fc)};
}

/// Memory that a device reads is fetched up to the end of a block, as is what may be; nothing else is read ahead.
BusAddress PciBridge::fetch_end(bool down, const Access& first) const {
    const bool ahead =
        !is_configuration(first.command) && (!down || contains(registers_.get<PrefetchableBaseLimit>(), first.address));
    if (!ahead) return first.address + first.bytes;
    return std::max(BusAddress{round_down(first.address.value, fetched_block) + fetched_block},
                    first.address + first.bytes);
}

unsigned PciBridge::latency_timer(bool down) const {
    return 8 * (down ? registers_.get<BusNumbers>().get<BusNumbers::SecondaryLatencyTimer>()
                     : registers_.get<LatencyHeader>().get<LatencyHeader::LatencyTimer>());
}

std::uint64_t PciBridge::cache_line() const {
    const bool enabled = registers_.get<CommandStatus>().get<CommandStatus::MemoryWriteAndInvalidate>() != 0;
    return enabled ? 4ull * registers_.get<LatencyHeader>().get<LatencyHeader::CacheLineSize>() : 0;
}

/// Noted on the side where it happened. What was posted is lost; the master of a delayed transaction is told.
void PciBridge::aborted(bool down, Termination termination) {
    const bool by_target = termination == Termination::target_abort;
    if (down) {
        const auto status = registers_.get<SecondaryStatus>();
        registers_.set(by_target ? status.with<SecondaryStatus::ReceivedTargetAbort>(1)
                                 : status.with<SecondaryStatus::ReceivedMasterAbort>(1));
    } else {
        const auto status = registers_.get<CommandStatus>();
        registers_.set(by_target ? status.with<CommandStatus::ReceivedTargetAbort>(1)
                                 : status.with<CommandStatus::ReceivedMasterAbort>(1));
    }
}

}  // namespace ghostcard::bus::pci
