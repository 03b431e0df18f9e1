// SPDX-License-Identifier: MIT
#include <ghostcard/dma/driver_status.h>

namespace ghostcard::dma {

std::string_view name_of(DriverStatus status) {
    switch (status) {
        case DriverStatus::ok: return "ok";
        case DriverStatus::invalid_settings: return "invalid_settings";
        case DriverStatus::no_device: return "no_device";
        case DriverStatus::wrong_device: return "wrong_device";
        case DriverStatus::no_register_window: return "no_register_window";
        case DriverStatus::no_power: return "no_power";
        case DriverStatus::no_message_interrupt: return "no_message_interrupt";
        case DriverStatus::wrong_card: return "wrong_card";
        case DriverStatus::reset_timeout: return "reset_timeout";
        case DriverStatus::no_signal: return "no_signal";
        case DriverStatus::frame_not_movable: return "frame_not_movable";
        case DriverStatus::no_common_buffer: return "no_common_buffer";
        case DriverStatus::not_mappable: return "not_mappable";
        case DriverStatus::too_many_mappings: return "too_many_mappings";
        case DriverStatus::dma_refused: return "dma_refused";
        case DriverStatus::dma_failed: return "dma_failed";
        case DriverStatus::signal_changed: return "signal_changed";
        case DriverStatus::interrupt_stuck: return "interrupt_stuck";
        case DriverStatus::card_lost: return "card_lost";
        case DriverStatus::stop_timeout: return "stop_timeout";
    }
    return "unknown";
}

std::string_view reason(DmaError error) {
    switch (error) {
        case DmaError::none: break;
        case DmaError::invalid_request: return "the request makes no sense";
        case DmaError::out_of_memory: return "no free run of memory meets the card's demands";
        case DmaError::no_bus_addresses: return "the host has no bus addresses that meet the card's demands";
        case DmaError::no_map_registers: return "the host has too few map registers";
        case DmaError::no_adapter: return "IoGetDmaAdapter returns NULL";
        case DmaError::unknown_buffer: return "the buffer is unknown";
    }
    return "none";
}

}  // namespace ghostcard::dma
