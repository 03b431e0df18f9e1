// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pci_function.h>

#include <ghostcard/registers/register_tables.h>

namespace ghostcard::bus::pci {

using namespace registers;

namespace {

enum class PowerState : std::uint32_t { d0 = 0, d3_hot = 3 };

}  // namespace

PciFunction::PciFunction() : registers_(config_register_table()) {}

void PciFunction::write(std::uint32_t offset, std::uint32_t value, std::uint32_t byte_mask) {
    const Value<PowerControl> power_before = registers_.get<PowerControl>();
    registers_.write(offset, value, byte_mask);
    if (offset != PowerControl::offset) return;

    const auto state = static_cast<PowerState>(registers_.get<PowerControl>().get<PowerControl::PowerState>());
    if (state != PowerState::d0 && state != PowerState::d3_hot) {
        registers_.set(power_before);  // a state that the device does not have is ignored (PM 1.2, 3.2.4)
    } else if (state == PowerState::d0 && power_before.get<PowerControl::PowerState>() != 0) {
        registers_.reset();  // leaving D3hot is a reset of the function (PM 1.2, 5.4.1)
    }
}

bool PciFunction::in_d0() const { return registers_.get<PowerControl>().get<PowerControl::PowerState>() == 0; }

bool PciFunction::memory_enabled() const {
    return in_d0() && registers_.get<CommandStatus>().get<CommandStatus::MemorySpace>() != 0;
}

bool PciFunction::bus_master_enabled() const {
    return in_d0() && registers_.get<CommandStatus>().get<CommandStatus::BusMaster>() != 0;
}

bool PciFunction::line_enabled() const {
    return registers_.get<CommandStatus>().get<CommandStatus::InterruptDisable>() == 0 && !message();
}

std::optional<InterruptMessage> PciFunction::message() const {
    if (registers_.get<MessageCapability>().get<MessageCapability::Enable>() == 0) return std::nullopt;
    const std::uint64_t high = registers_.get<MessageAddressHigh>().raw();
    return InterruptMessage{high << 32 | registers_.get<MessageAddressLow>().raw(),
                            static_cast<std::uint16_t>(registers_.get<MessageData>().raw())};
}

void PciFunction::set_interrupt_status(bool pending) {
    registers_.set(registers_.get<CommandStatus>().with<CommandStatus::InterruptStatus>(pending));
}

void PciFunction::received_master_abort() {
    registers_.set(registers_.get<CommandStatus>().with<CommandStatus::ReceivedMasterAbort>(1));
}

void PciFunction::received_target_abort() {
    registers_.set(registers_.get<CommandStatus>().with<CommandStatus::ReceivedTargetAbort>(1));
}

}  // namespace ghostcard::bus::pci
