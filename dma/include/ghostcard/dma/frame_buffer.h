// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/dma/page_allocator.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// A user-mode buffer for one frame: contiguous for the CPU, and in physical memory wherever its pages happen to be.
/// Gives its pages back when it goes; memory and allocator must outlive it.
class FrameBuffer {
public:
    /// `length` bytes (at least 1) that begin `page_offset` bytes (below the page size) into their first page, zeroed.
    /// Nothing if the pages are not to be had. Throws std::system_error if the host cannot map them: a scattered buffer
    /// takes one of the process's mappings for each page (Linux: vm.max_map_count).
    static std::optional<FrameBuffer> allocate(const HostMemory& memory, PageAllocator& allocator, std::uint64_t length,
                                               std::uint64_t page_offset, Fragmentation fragmentation);
    FrameBuffer(FrameBuffer&&) noexcept = default;
    FrameBuffer& operator=(FrameBuffer&&) = delete;
    ~FrameBuffer();

    std::span<std::byte> bytes() const { return bytes_; }
    /// The physical pages in virtual order.
    std::span<const PhysicalAddress> pages() const { return pages_; }
    /// The fewest physically contiguous runs that make up the bytes, in order: what a scatter/gather list would hold.
    std::vector<PhysicalRange> fragments() const;
    /// Nothing for a pointer outside the bytes.
    std::optional<PhysicalAddress> physical_address(const std::byte* pointer) const;

private:
    FrameBuffer(PageAllocator& allocator, std::vector<PhysicalAddress> pages)
        : allocator_(&allocator), pages_(std::move(pages)) {}

    PageAllocator* allocator_;
    std::vector<PhysicalAddress> pages_;
    PageMapping mapping_;
    std::span<std::byte> bytes_;
};

}  // namespace ghostcard::dma
