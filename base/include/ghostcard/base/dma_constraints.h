// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <bit>
#include <cstdint>

namespace ghostcard {

/// What a device demands of the memory it is given.
struct DmaConstraints {
    std::uint64_t alignment = 1;  ///< Bytes, a power of two: every buffer starts at a multiple of it on the bus.
    std::uint64_t boundary = 0;   ///< Bytes, a power of two: no buffer crosses a multiple of it; 0: no such limit.
    unsigned address_bits = 32;   ///< Highest address the device can drive is 2^address_bits - 1 (1 to 64).

    constexpr bool valid() const {
        return std::has_single_bit(alignment) && (boundary == 0 || std::has_single_bit(boundary)) &&
               address_bits >= 1 && address_bits <= 64;
    }
    /// For valid constraints: whether the device can be given this range.
    constexpr bool allow(BusRange range) const {
        const std::uint64_t first = range.base().value;
        const std::uint64_t last = range.last().value;
        return is_aligned(range.base(), alignment) && (boundary == 0 || first / boundary == last / boundary) &&
               static_cast<unsigned>(std::bit_width(last)) <= address_bits;
    }
};

}  // namespace ghostcard
