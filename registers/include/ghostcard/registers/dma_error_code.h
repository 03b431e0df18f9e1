// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace ghostcard::registers {

/// Why a DMA operation was refused or failed: the codes of DMA_STATUS.ERROR_CODE.
enum class DmaErrorCode : std::uint32_t {
    none,
    alignment,
    length_zero,
    length_multiple,
    length_too_long,
    address_width,
    boundary,
    bus_master_off,
    master_abort,
    target_abort,
    overrun,
    aborted,
    layout,
};

inline constexpr std::array dma_error_codes{
    Enumerator{DmaErrorCode::none, "NONE", "The last operation did not fail."},
    Enumerator{DmaErrorCode::alignment, "ALIGNMENT",
               "The address is no multiple of 2^ALIGNMENT_LOG2 bytes; refused, nothing moved."},
    Enumerator{DmaErrorCode::length_zero, "LENGTH_ZERO", "The length is 0; refused, nothing moved."},
    Enumerator{DmaErrorCode::length_multiple, "LENGTH_MULTIPLE",
               "The length is no multiple of 2^LENGTH_MULTIPLE_LOG2 bytes; refused, nothing moved."},
    Enumerator{DmaErrorCode::length_too_long, "LENGTH_TOO_LONG",
               "The length exceeds 2^MAX_LENGTH_LOG2 bytes; refused, nothing moved."},
    Enumerator{DmaErrorCode::address_width, "ADDRESS_WIDTH",
               "The last byte lies at or above 2^ADDRESS_BITS; refused, nothing moved."},
    Enumerator{DmaErrorCode::boundary, "BOUNDARY",
               "The operation would cross a multiple of 2^BOUNDARY_LOG2 bytes; refused, nothing moved."},
    Enumerator{DmaErrorCode::bus_master_off, "BUS_MASTER_OFF",
               "Bus mastering is off in the PCI command register; the card may not move data."},
    Enumerator{DmaErrorCode::master_abort, "MASTER_ABORT", "No target answered on the bus."},
    Enumerator{DmaErrorCode::target_abort, "TARGET_ABORT", "The target broke the transaction off."},
    Enumerator{DmaErrorCode::overrun, "OVERRUN", "The frame was torn by an overrun while it was moved."},
    Enumerator{DmaErrorCode::aborted, "ABORTED", "The driver wrote ABORT."},
    Enumerator{DmaErrorCode::layout, "LAYOUT",
               "A part of a frame was asked for whose lines are not one run of memory; refused, nothing moved."},
};

static_assert(
    [] {
        for (std::uint32_t i = 0; i < dma_error_codes.size(); ++i)
            if (dma_error_codes[i].value != i) return false;
        return true;
    }(),
    "the codes are counted from 0 without a gap");

/// The data sheet's name, or "unknown" for a code that it does not list.
constexpr std::string_view name_of(DmaErrorCode code) {
    const auto index = static_cast<std::size_t>(code);
    return index < dma_error_codes.size() ? dma_error_codes[index].name : "unknown";
}

}  // namespace ghostcard::registers
