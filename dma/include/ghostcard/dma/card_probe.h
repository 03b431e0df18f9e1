// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/interrupt_source.h>
#include <ghostcard/base/register_access.h>

#include <cstdint>
#include <string>

namespace ghostcard::dma {

/// The card's configuration space: finds out what is there, and sets up what lies outside the card's own registers.
class CardProbe {
public:
    /// Identity, header, BAR0 and the capability list (PCI 2.3, 6.2 and 6.7). Throws DriverFailure unless it is the
    /// card, with a register window that has an address.
    explicit CardProbe(RegisterAccess& config);

    /// What was found, for people.
    std::string description() const;

    /// To power state D0, if the card is in another one. That takes 10 ms and may reset the header (PCI PM 1.2, state
    /// transition delays and D3hot), which is therefore put back. Throws DriverFailure if the card stays where it is.
    void power_up(Clock& clock);
    /// The card answers to register accesses and does nothing else: it neither masters the bus nor requests interrupts.
    void isolate();
    /// Programs and enables the message (PCI 2.3, 6.8.1). Throws DriverFailure if the card cannot send it.
    void use_message(const InterruptMessage& message);
    /// From now on the card may move data and request interrupts, by INTA# if `line`.
    void allow_bus_master(bool line);

private:
    void find_capabilities();
    void set_command(bool bus_master, bool line);
    void enable_message(bool enable);

    RegisterAccess& config_;
    std::uint64_t window_ = 0;            ///< Bus address of BAR0.
    std::uint32_t power_capability_ = 0;  ///< Offset; 0: the card has none.
    std::uint32_t message_capability_ = 0;
};

}  // namespace ghostcard::dma
