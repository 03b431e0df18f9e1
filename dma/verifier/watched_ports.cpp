// SPDX-License-Identifier: MIT
#include <ghostcard/dma/verifier/watched_ports.h>
#include <ghostcard/registers/card_registers.h>

namespace ghostcard::dma {

using namespace registers;

std::uint32_t WatchedRegisters::read(std::uint32_t offset) {
    const std::uint32_t value = registers_.read(offset);
    verifier_.register_accessed(false);
    return value;
}

void WatchedRegisters::write(std::uint32_t offset, std::uint32_t value) {
    constexpr std::uint64_t low = 0xffff'ffff;
    if (offset == DmaAddressLow::offset) address_ = (address_ & ~low) | value;
    if (offset == DmaAddressHigh::offset) address_ = (address_ & low) | std::uint64_t{value} << 32;
    if (offset == DmaLength::offset) length_ = value;
    const auto range = BusRange::of({address_}, length_);
    if (offset == DmaControl::offset && Value<DmaControl>{value}.get<DmaControl::Go>() && range)
        verifier_.device_programmed(*range, location_);
    verifier_.register_accessed(true);
    registers_.write(offset, value);
}

void WatchedInterrupts::connect(InterruptHandler& handler) {
    handler_ = &handler;
    source_.connect(*this);
}

void WatchedInterrupts::disconnect() {
    source_.disconnect();
    handler_ = nullptr;
    by_message_ = false;
}

std::optional<InterruptMessage> WatchedInterrupts::message() {
    const auto message = source_.message();
    by_message_ = message.has_value();
    return message;
}

bool WatchedInterrupts::interrupt() {
    verifier_.interrupt_taken(by_message_);
    const IrqlState::Raised raised(irql_, Irql::device);
    return handler_->interrupt();
}

void WatchedInterrupts::deferred() {
    const IrqlState::Raised raised(irql_, Irql::dispatch);
    handler_->deferred();
}

}  // namespace ghostcard::dma
