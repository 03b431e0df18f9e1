// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/dma_adapter.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ghostcard::dma {

/// How a driver fares.
enum class [[nodiscard]] DriverStatus{
    ok,
    invalid_settings,      ///< No settings that this driver can follow.
    no_device,             ///< Nobody answers in configuration space.
    wrong_device,          ///< Configuration space is not that of the card.
    no_register_window,    ///< BAR0 is missing or has no address.
    no_power,              ///< The card does not reach power state D0.
    no_message_interrupt,  ///< MSI is wanted, but the card or the host has none.
    wrong_card,            ///< ID, VERSION or CAPABILITY is not that of a card that this driver knows.
    reset_timeout,         ///< SOFT_RESET does not end.
    no_signal,             ///< There is no picture to capture.
    frame_not_movable,     ///< The card cannot move such a frame in one operation.
    no_common_buffer,      ///< No memory that meets the card's demands.
    not_mappable,          ///< The host does not map the consumer's buffers for the card.
    too_many_mappings,     ///< A frame has more mappings than the card has descriptors.
    dma_refused,           ///< The card refused an operation, and would refuse it again.
    dma_failed,            ///< Operations ended in aborts time after time.
    signal_changed,        ///< Frames have become longer than what was allocated for them.
    interrupt_stuck,       ///< A cause of interrupt comes back whenever it is acknowledged.
    card_lost,             ///< The card no longer answers, or has lost count of its frames.
    stop_timeout,          ///< The card did not end its last operation; its bus mastering was taken away.
};

/// As in the declaration: "no_signal".
std::string_view name_of(DriverStatus status);
/// For people.
std::string_view reason(DmaError error);

/// Why a driver gives up; what() is one line for people.
class DriverFailure : public std::runtime_error {
public:
    DriverFailure(DriverStatus status, const std::string& text) : std::runtime_error(text), status_(status) {}
    DriverStatus status() const { return status_; }

private:
    DriverStatus status_;
};

}  // namespace ghostcard::dma
