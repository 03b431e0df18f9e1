// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_adapter.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ghostcard {

/// Gives a device access to buffers that a driver was lent: memory that is contiguous for the CPU alone (Windows:
/// GetScatterGatherList, MapTransfer; Linux: dma_map_sg). From interrupts' deferred calls and from threads.
class FrameMapper {
public:
    virtual ~FrameMapper() = default;

    /// Lets the device fill the bytes until unmap(). On success `runs` are what it is to be given, in the order of the
    /// bytes; one of them if `one_run`, for a device without scatter/gather, which may cost the host a copy. What the
    /// CPU finds in the bytes meanwhile means nothing.
    virtual DmaError map(std::span<std::byte> bytes, bool one_run, std::vector<BusRange>& runs,
                         SourceLocation location = SourceLocation::current()) = 0;
    /// The device has stopped. Afterwards the bytes hold what it wrote.
    virtual DmaError unmap(std::span<std::byte> bytes, SourceLocation location = SourceLocation::current()) = 0;
};

}  // namespace ghostcard
