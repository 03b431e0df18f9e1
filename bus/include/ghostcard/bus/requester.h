// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>

namespace ghostcard::bus {

/// Who is behind a DMA access: bus, device and function number. Function 0 throughout.
struct RequesterId {
    std::uint8_t bus = 0;
    std::uint8_t device = 0;
    std::uint8_t function = 0;
    friend constexpr auto operator<=>(RequesterId, RequesterId) = default;
};

}  // namespace ghostcard::bus
