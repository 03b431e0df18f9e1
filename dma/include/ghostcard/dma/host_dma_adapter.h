// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_adapter.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/base/virtual_memory.h>
#include <ghostcard/dma/page_allocator.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ghostcard::dma {

/// Bytes around a common buffer that somebody has written although they do not belong to it.
struct GuardDamage {
    BusAddress buffer;         ///< Where the device sees the buffer...
    std::uint64_t length = 0;  ///< ...and how long it is.
    std::int64_t offset = 0;   ///< Of the first damaged byte, from the buffer's start: negative before the buffer, at
                               ///< least `length` behind it.
    friend bool operator==(const GuardDamage&, const GuardDamage&) = default;
};

/// The DMA adapter of a simulated host. Each common buffer is one physically contiguous run of RAM, one mapping for the
/// CPU and one for the device, chosen so that its bus address meets the device's constraints under any translation.
///
/// Around the buffer's pages lie two physical guard pages; they and the rest of the last page hold a known pattern, so
/// that a device which writes past the buffer shows where the translation lets it. The CPU's mapping has inaccessible
/// pages on either side, and a freed buffer is unmapped.
class HostDmaAdapter final : public DmaAdapter, public VirtualMemory {
public:
    /// All three must outlive the adapter.
    HostDmaAdapter(const HostMemory& memory, PageAllocator& allocator, Translation& translation);
    /// Frees what is still outstanding.
    ~HostDmaAdapter() override;
    HostDmaAdapter(const HostDmaAdapter&) = delete;
    HostDmaAdapter& operator=(const HostDmaAdapter&) = delete;

    DmaError allocate_common_buffer(std::uint64_t length, const DmaConstraints& constraints, CommonBuffer& buffer,
                                    SourceLocation location = SourceLocation::current()) override;
    DmaError free_common_buffer(const CommonBuffer& buffer,
                                SourceLocation location = SourceLocation::current()) override;
    /// Knows the common buffers.
    std::optional<PhysicalAddress> physical_address(const std::byte* pointer) const override;

    /// Common buffers allocated and not yet freed.
    std::size_t outstanding() const { return buffers_.size(); }
    /// The damage found at each free so far, then that around the outstanding buffers now; at most one entry for either
    /// side of a buffer.
    std::vector<GuardDamage> damaged_guards() const;
    /// That around one outstanding buffer.
    std::vector<GuardDamage> damage_of(const CommonBuffer& buffer) const;

private:
    struct Allocation {
        PhysicalRange run;  ///< With the guard pages.
        PageMapping mapping;
        CommonBuffer buffer;
    };

    void find_damage(const Allocation& allocation, std::vector<GuardDamage>& found) const;
    void release(const Allocation& allocation);

    const HostMemory& memory_;
    PageAllocator& allocator_;
    Translation& translation_;
    std::vector<Allocation> buffers_;  ///< In the order of allocation.
    std::vector<GuardDamage> damage_;  ///< Of freed buffers.
};

}  // namespace ghostcard::dma
