// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ghostcard {

/// What a device demands of the memory it is given.
struct DmaConstraints {
    std::uint64_t alignment = 1;  ///< Bytes, a power of two: every buffer starts at a multiple of it on the bus.
    std::uint64_t boundary = 0;   ///< Bytes, a power of two: no buffer crosses a multiple of it; 0: no such limit.
    unsigned address_bits = 32;   ///< Highest address the device can drive is 2^address_bits - 1 (1 to 64).
};

enum class [[nodiscard]] DmaError {
    none,
    invalid_request,   ///< Length 0, or an alignment or boundary that is no power of two.
    out_of_memory,     ///< No free physical run meets the constraints.
    no_bus_addresses,  ///< The host's translation has no bus range that meets the constraints.
};

/// Host memory that CPU and device may touch at any time, contiguous for both (Windows: AllocateCommonBuffer; Linux:
/// dma_alloc_coherent).
struct CommonBuffer {
    std::span<std::byte> bytes;  ///< The CPU's view.
    BusAddress bus_address;      ///< The device's view of the first byte.
};

/// Gives a driver memory under addresses that its device can use. The only source of a BusAddress.
class DmaAdapter {
public:
    virtual ~DmaAdapter() = default;

    /// On success fills buffer with `length` zeroed bytes; otherwise leaves it alone.
    virtual DmaError allocate_common_buffer(std::uint64_t length, const DmaConstraints& constraints,
                                            CommonBuffer& buffer) = 0;
    /// The buffer exactly as it was allocated; the device must have stopped using it.
    virtual void free_common_buffer(const CommonBuffer& buffer) = 0;
};

}  // namespace ghostcard
