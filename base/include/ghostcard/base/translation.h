// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <cstdint>
#include <optional>

namespace ghostcard {

/// Which way data moves, seen from the device.
enum class DmaDirection { to_memory, from_memory, both };

/// The host's side of address translation: what an operating system programs so that a device can reach memory.
class Translation {
public:
    virtual ~Translation() = default;

    /// Makes the physical range reachable, on the bus below 2^address_bits and at a multiple of `alignment` plus the
    /// offset of the range in its page. Nothing if this translation cannot.
    virtual std::optional<BusAddress> map(PhysicalRange range, DmaDirection direction, std::uint64_t alignment,
                                          unsigned address_bits) = 0;
    /// Ends what map() began; the same base address and size.
    virtual void unmap(BusRange range) = 0;
};

}  // namespace ghostcard
