// SPDX-License-Identifier: MIT
#include "served_card.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/register_tables.h>

#include <algorithm>

namespace ghostcard::scenarios {

using namespace registers;
using platform::Machine;

ServedCard::ServedCard(Machine& machine, PeerMemory& memory, spdlog::logger& log)
    : machine_(machine),
      memory_(memory),
      log_(log),
      port_(machine),
      registers_(register_view_, {card_register_table()}),
      config_(config_view_, {config_register_table(), express_register_table()}),
      held_{Held{InterruptStatus::offset, 0}, Held{DmaStatus::offset, 0}, Held{DmaTransferred::offset, 0},
            Held{FrameCount::offset, 0}} {
    machine.host.connect(*this);
    machine.cpu.attach_observer(*this);
    machine.host.on_fault([this](const bus::TranslationFault& fault) {
        log_.warn("the card {} bus address {:#x}, which the client has not mapped for that",
                  fault.write ? "writes to" : "reads from", fault.address.value);
    });
}

// ---- accesses -------------------------------------------------------------------------------------------------------

void ServedCard::read_bar(unsigned, std::uint64_t offset, std::span<std::byte> data) {
    registers_.read(offset, data);
    note_read(offset, load_little_endian(data.first(std::min<std::size_t>(data.size(), 8))));
}

void ServedCard::write_bar(unsigned, std::uint64_t offset, std::span<const std::byte> data) {
    polls_ = 0;
    registers_.write(offset, data);
}

void ServedCard::read_config(std::uint64_t offset, std::span<std::byte> data) { config_.read(offset, data); }

void ServedCard::write_config(std::uint64_t offset, std::span<const std::byte> data) { config_.write(offset, data); }

void ServedCard::note_read(std::uint64_t offset, std::uint64_t value) {
    polls_ = offset == polled_offset_ && value == polled_value_ ? polls_ + 1 : 0;
    poll_is_new_ = polls_ > 0;
    polled_offset_ = offset;
    polled_value_ = value;
}

std::uint32_t ServedCard::RegisterView::read(std::uint32_t offset) {
    if (!card_.by_messages()) return card_.machine_.card_registers.read(offset);
    if (!card_.server_->settled())
        for (const Held& held : card_.held_)
            if (held.offset == offset) return held.value;
    return card_.port_.read(offset);
}

void ServedCard::RegisterView::write(std::uint32_t offset, std::uint32_t value) {
    if (!card_.by_messages()) return card_.machine_.card_registers.write(offset, value);
    card_.port_.write(offset, value);
    sc_core::wait(sc_core::sc_time::from_value(1));  // what it changes, INTA# for one, has changed then
    card_.was_busy_ = true;
    card_.after_time_passed();
    for (Held& held : card_.held_)
        if (held.offset == offset) held.value = card_.port_.peek(offset);
}

std::uint32_t ServedCard::ConfigView::read(std::uint32_t offset) {
    return offset == BaseAddress0::offset ? card_.bar0_ : card_.machine_.card_config.read(offset);
}

void ServedCard::ConfigView::write(std::uint32_t offset, std::uint32_t value) {
    if (offset == BaseAddress0::offset)
        card_.bar0_ = static_cast<std::uint32_t>(round_down(value, model::Card::bar0_size));
    else
        card_.machine_.card_config.write(offset, value);
}

bool ServedCard::is_awaited() {
    if ((port_.peek(InterruptStatus::offset) & port_.peek(InterruptEnable::offset)) != 0) return !has_told_;
    has_told_ = false;
    return Value<DmaStatus>{port_.peek(DmaStatus::offset)}.get<DmaStatus::Busy>() != 0;
}

void ServedCard::before_time_passes() {
    has_interrupted_ = false;
    if (!by_messages()) return;
    for (Held& held : held_) held.value = port_.peek(held.offset);
}

/// Once the card can be seen to have ended an operation, all that it wrote is to be on its way: a read pushes it out of
/// the bridges, if there are any.
void ServedCard::after_time_passed() {
    if (by_messages()) {
        const bool busy = Value<DmaStatus>{port_.peek(DmaStatus::offset)}.get<DmaStatus::Busy>() != 0;
        if (was_busy_ && !busy) machine_.card_config.read(DeviceVendor::offset);
        was_busy_ = busy;
        machine_.host.push();
    }
    if (std::exchange(line_is_due_, false)) server_->raise_line();
}

/// What RST# does, and the firmware after it: leaving D3hot resets the function (PM 1.2, 5.4.1).
void ServedCard::reset() {
    RegisterAccess& config = machine_.card_config;
    config.write(CommandStatus::offset, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).raw());
    machine_.card_registers.write(Control::offset, Value<Control>{}.with<Control::SoftReset>(1).raw());
    for (const std::uint32_t state : {3u, 0u})
        config.write(PowerControl::offset, Value<PowerControl>{}.with<PowerControl::PowerState>(state).raw());
    machine_.set_up_card();
    machine_.card.rewind_video();
    bar0_ = 0;
    polls_ = 0;
    has_told_ = false;
    before_time_passes();
}

// ---- interrupts -----------------------------------------------------------------------------------------------------

void ServedCard::message(BusAddress, std::uint16_t) {
    machine_.host.settle();  // it comes behind the data
    server_->raise_message(0);
    tell();
}

void ServedCard::line_changed(bool asserted) {
    line_asserted_ = asserted;
    if (!asserted) return;
    if (by_messages())
        line_is_due_ = true;  // unlike a message, the line does not follow the data
    else
        server_->raise_line();
    tell();
}

void ServedCard::tell() {
    has_told_ = has_interrupted_ = true;
    interrupt_.notify();
}

// ---- memory ---------------------------------------------------------------------------------------------------------

void ServedCard::client_attached(remote::ClientMemory& memory) {
    client_ = &memory;
    memory_.attach(memory);
}

void ServedCard::client_gone() {
    machine_.host.push();
    client_ = nullptr;
    memory_.detach();
    translation_changed(*BusRange::of({0}, ~std::uint64_t{0}));
}

void ServedCard::translation_changing() { machine_.host.push(); }

void ServedCard::translation_changed(BusRange range) { machine_.host.translation_changed(Machine::card_id, range); }

}  // namespace ghostcard::scenarios
