// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_constraints.h>
#include <ghostcard/base/source_location.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ghostcard {

enum class [[nodiscard]] DmaError{
    none,
    invalid_request,   ///< Length 0, constraints that are not valid, or a length beyond their boundary.
    out_of_memory,     ///< No free physical run meets the constraints.
    no_bus_addresses,  ///< The host's translation has no bus range that meets the constraints.
    no_map_registers,  ///< The host cannot copy so much at a time for a device without scatter/gather.
    no_adapter,        ///< The system gives the driver no DMA adapter.
    unknown_buffer,    ///< Not allocated here, or freed before.
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
                                            CommonBuffer& buffer,
                                            SourceLocation location = SourceLocation::current()) = 0;
    /// The buffer exactly as it was allocated; the device must have stopped using it.
    virtual DmaError free_common_buffer(const CommonBuffer& buffer,
                                        SourceLocation location = SourceLocation::current()) = 0;
    /// The CPU is about to read what the device has written there (Linux: dma_sync_single_for_cpu). Where caches are
    /// coherent there is nothing to do.
    virtual void sync_for_cpu(BusRange range, SourceLocation location = SourceLocation::current()) {
        (void)range, (void)location;
    }
};

}  // namespace ghostcard
