// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/typed_registers.h>
#include <ghostcard/dma/card_probe.h>
#include <ghostcard/dma/driver_status.h>
#include <ghostcard/registers/pci_config.h>

#include <array>

namespace ghostcard::dma {
namespace {

using namespace registers;

constexpr std::uint32_t first_capability = 0x40;  ///< The header ends here.
constexpr unsigned most_capabilities = (256 - first_capability) / 4;

/// A register of a capability that does not lie where the card's own declaration has it.
template <class Register>
Value<Register> read_at(RegisterAccess& config, std::uint32_t offset) {
    return Value<Register>{config.read(offset)};
}

}  // namespace

CardProbe::CardProbe(RegisterAccess& config) : config_(config) {
    const auto id = read<DeviceVendor>(config_);
    if (id.get<DeviceVendor::VendorId>() == 0xffff)  // PCI 2.3, 6.1: no vendor has this number
        throw DriverFailure(DriverStatus::no_device, "no device answers in configuration space");
    const auto card = Value<DeviceVendor>::reset();
    const auto card_class = Value<ClassRevision>::reset().get<ClassRevision::ClassCode>();
    const auto found_class = read<ClassRevision>(config_).get<ClassRevision::ClassCode>();
    if (id != card || found_class != card_class)
        throw DriverFailure(
            DriverStatus::wrong_device,
            fmt::format("found device {:04x}:{:04x} of class {:06x}, wanted {:04x}:{:04x} of class {:06x}",
                        id.get<DeviceVendor::VendorId>(), id.get<DeviceVendor::DeviceId>(), found_class,
                        card.get<DeviceVendor::VendorId>(), card.get<DeviceVendor::DeviceId>(), card_class));
    const std::uint32_t type = read<LatencyHeader>(config_).get<LatencyHeader::HeaderType>() & 0x7f;
    if (type != 0)  // bit 7 only tells of more functions
        throw DriverFailure(DriverStatus::wrong_device, fmt::format("the header is of type {}, wanted 0", type));

    const auto bar = read<BaseAddress0>(config_);
    if (bar.get<BaseAddress0::MemorySpaceIndicator>() != 0)
        throw DriverFailure(DriverStatus::no_register_window, "BAR0 is no memory window");
    window_ = bar.raw() & BaseAddress0::Base::mask;
    if (window_ == 0) throw DriverFailure(DriverStatus::no_register_window, "BAR0 has no address");
    find_capabilities();
}

void CardProbe::find_capabilities() {
    if (!read<CommandStatus>(config_).get<CommandStatus::CapabilitiesList>()) return;
    std::uint32_t at = read<CapabilitiesPointer>(config_).get<CapabilitiesPointer::Pointer>() & ~3u;
    for (unsigned count = 0; at != 0; ++count) {
        if (at < first_capability || count == most_capabilities)
            throw DriverFailure(DriverStatus::wrong_device,
                                fmt::format("the capability list {} at {:#04x}",
                                            at < first_capability ? "leads into the header" : "runs in a circle", at));
        const auto capability = read_at<PowerCapability>(config_, at);  // all begin with an ID and a pointer
        const auto id = capability.get<PowerCapability::CapabilityId>();
        if (id == PowerCapability::CapabilityId::reset && power_capability_ == 0) power_capability_ = at;
        if (id == MessageCapability::CapabilityId::reset && message_capability_ == 0) message_capability_ = at;
        at = capability.get<PowerCapability::NextPointer>() & ~3u;
    }
}

std::string CardProbe::description() const {
    const auto id = Value<DeviceVendor>::reset();
    return fmt::format("found {:04x}:{:04x}, registers at {:#010x}{}{}", id.get<DeviceVendor::VendorId>(),
                       id.get<DeviceVendor::DeviceId>(), window_, power_capability_ != 0 ? ", power management" : "",
                       message_capability_ != 0 ? ", MSI" : "");
}

void CardProbe::power_up(Clock& clock) {
    if (power_capability_ == 0) return;
    const std::uint32_t control = power_capability_ + (PowerControl::offset - PowerCapability::offset);
    const auto power = read_at<PowerControl>(config_, control);
    if (power.get<PowerControl::PowerState>() == 0) return;

    constexpr std::array lost{LatencyHeader::offset, BaseAddress0::offset, InterruptLine::offset};
    std::array<std::uint32_t, lost.size()> saved{};
    for (std::size_t i = 0; i < lost.size(); ++i) saved[i] = config_.read(lost[i]);
    config_.write(control, power.with<PowerControl::PowerState>(0).raw());
    clock.stall(milliseconds(10));
    for (std::size_t i = 0; i < lost.size(); ++i) config_.write(lost[i], saved[i]);
    if (read_at<PowerControl>(config_, control).get<PowerControl::PowerState>() != 0)
        throw DriverFailure(DriverStatus::no_power, "the card does not leave its power-saving state");
}

void CardProbe::isolate() {
    enable_message(false);
    set_command(false, false);
}

void CardProbe::use_message(const InterruptMessage& message) {
    if (message_capability_ == 0)
        throw DriverFailure(DriverStatus::no_message_interrupt, "the card has no MSI capability");
    const bool wide = read_at<MessageCapability>(config_, message_capability_).get<MessageCapability::Address64>() != 0;
    const auto high = static_cast<std::uint32_t>(message.address >> 32);
    if (!wide && high != 0)
        throw DriverFailure(DriverStatus::no_message_interrupt, "the card cannot reach the address of its message");
    config_.write(message_capability_ + 4, static_cast<std::uint32_t>(message.address));
    if (wide) config_.write(message_capability_ + 8, high);
    config_.write(message_capability_ + (wide ? 12 : 8), message.data);
    enable_message(true);
}

void CardProbe::allow_bus_master(bool line) { set_command(true, line); }

void CardProbe::set_command(bool bus_master, bool line) {
    const auto command = read<CommandStatus>(config_)
                             .with<CommandStatus::MemorySpace>(1)
                             .with<CommandStatus::BusMaster>(bus_master)
                             .with<CommandStatus::InterruptDisable>(!line);
    config_.write(CommandStatus::offset, command.raw() & 0xffff);  // a one in the upper half would clear a status bit
}

void CardProbe::enable_message(bool enable) {
    if (message_capability_ == 0) return;
    const auto control = read_at<MessageCapability>(config_, message_capability_);
    config_.write(message_capability_, control.with<MessageCapability::Enable>(enable).raw());
}

}  // namespace ghostcard::dma
