// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/express_capability.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/pcie_capability.h>
#include <ghostcard/registers/register_tables.h>

#include <algorithm>
#include <bit>

namespace ghostcard::bus::pcie {

using namespace registers;

namespace {

constexpr std::uint32_t first_offset = registers::ExpressCapability::offset;
constexpr std::uint32_t end_offset = first_offset + 0x3c;  // of a capability of version 2 (PCIe 5.0, figure 7-14)
constexpr std::uint32_t most_capabilities = 48;            // that fit into the space

std::uint32_t next_of(std::uint32_t capability) { return capability >> 8 & 0xfc; }

/// 0 if there is none.
std::uint32_t last_capability(const ExpressCapability::Component& component) {
    std::uint32_t capability = component(CapabilitiesPointer::offset) & 0xfc;
    for (std::uint32_t i = 0; i < most_capabilities && capability != 0; ++i) {
        const std::uint32_t next = next_of(component(capability));
        if (next == 0) break;
        capability = next;
    }
    return capability;
}

std::uint32_t power_of_128(Bytes size) { return static_cast<std::uint32_t>(std::countr_zero(size.count / 128)); }

}  // namespace

ExpressCapability::ExpressCapability(const PcieSettings& settings) : registers_(express_register_table()) {
    registers_.override_reset(Value<DeviceCapabilities>{registers_.read(DeviceCapabilities::offset)}
                                  .with<DeviceCapabilities::MaxPayloadSupported>(power_of_128(settings.max_payload)));
    registers_.override_reset(Value<DeviceControl>{registers_.read(DeviceControl::offset)}
                                  .with<DeviceControl::MaxPayload>(power_of_128(settings.max_payload))
                                  .with<DeviceControl::MaxReadRequest>(power_of_128(settings.max_read_request)));
    registers_.override_reset(Value<LinkCapabilities>{registers_.read(LinkCapabilities::offset)}
                                  .with<LinkCapabilities::MaxSpeed>(settings.generation)
                                  .with<LinkCapabilities::MaxWidth>(settings.lanes));
    registers_.override_reset(Value<LinkControl>{registers_.read(LinkControl::offset)}
                                  .with<LinkControl::Rcb>(settings.rcb.count == 128)
                                  .with<LinkControl::CommonClock>(1)
                                  .with<LinkControl::Speed>(settings.generation)
                                  .with<LinkControl::Width>(settings.lanes));
    registers_.override_reset(
        Value<LinkCapabilities2>{}.with<LinkCapabilities2::SupportedSpeeds>((1u << settings.generation) - 1));
    registers_.override_reset(Value<LinkControl2>{}.with<LinkControl2::TargetSpeed>(settings.generation));
}

bool ExpressCapability::owns(std::uint32_t offset) const { return offset >= first_offset && offset < end_offset; }

std::uint32_t ExpressCapability::read(std::uint32_t offset, const Component& component) const {
    if (owns(offset)) return registers_.read(offset);
    std::uint32_t word = component(offset);
    const std::uint32_t last = last_capability(component);
    if (last != 0 && offset == last) word = (word & 0xffff'00ff) | first_offset << 8;
    switch (offset) {
        case CommandStatus::offset: return Value<CommandStatus>{word}.with<CommandStatus::CapabilitiesList>(1).raw();
        case LatencyHeader::offset:  // no latency timer (7.5.1.1.5)
            return Value<LatencyHeader>{word}.with<LatencyHeader::LatencyTimer>(0).raw();
        case CapabilitiesPointer::offset: return last == 0 ? first_offset : word;
        case InterruptLine::offset:  // nor anything that the device wants of a bus (7.5.1.2.5)
            return Value<InterruptLine>{word}.with<InterruptLine::MinGnt>(0).with<InterruptLine::MaxLat>(0).raw();
        default: return word;
    }
}

Bytes ExpressCapability::max_payload() const {
    const auto control = registers_.get<DeviceControl>();
    const auto capabilities = registers_.get<DeviceCapabilities>();
    return {128u << std::min(control.get<DeviceControl::MaxPayload>(),
                             capabilities.get<DeviceCapabilities::MaxPayloadSupported>())};
}

Bytes ExpressCapability::max_read_request() const {
    constexpr std::uint32_t most = 5;  // 4 KiB
    return {128u << std::min(registers_.get<DeviceControl>().get<DeviceControl::MaxReadRequest>(), most)};
}

void ExpressCapability::received_unsupported_request() {
    registers_.set(registers_.get<DeviceControl>().with<DeviceControl::UnsupportedRequest>(1));
}

}  // namespace ghostcard::bus::pcie
