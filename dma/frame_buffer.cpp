// SPDX-License-Identifier: MIT
#include <ghostcard/dma/frame_buffer.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace ghostcard::dma {

std::optional<FrameBuffer> FrameBuffer::allocate(const HostMemory& memory, PageAllocator& allocator,
                                                 std::uint64_t length, std::uint64_t page_offset,
                                                 Fragmentation fragmentation) {
    if (length == 0 || page_offset >= page_size)
        throw std::invalid_argument("a frame buffer must hold bytes and begin in its first page");
    if (length > memory.size()) return std::nullopt;
    auto pages = allocator.allocate_pages(round_up(page_offset + length, page_size) / page_size, fragmentation);
    if (!pages) return std::nullopt;
    FrameBuffer buffer(allocator, std::move(*pages));
    buffer.mapping_ = memory.map(buffer.pages_);
    buffer.bytes_ = buffer.mapping_.bytes().subspan(page_offset, length);
    if (memory.keeps_contents()) std::ranges::fill(buffer.bytes_, std::byte{0});
    return buffer;
}

FrameBuffer::~FrameBuffer() { (void)allocator_->free(pages_); }

std::vector<PhysicalRange> FrameBuffer::fragments() const {
    std::vector<PhysicalRange> fragments;
    for (std::uint64_t done = 0; done < bytes_.size();) {
        const PhysicalAddress start = *physical_address(bytes_.data() + done);
        std::uint64_t size = 0;
        do size += std::min(page_size - (start + size).value % page_size, bytes_.size() - done - size);
        while (done + size < bytes_.size() && physical_address(bytes_.data() + done + size) == start + size);
        fragments.push_back(*PhysicalRange::of(start, size));
        done += size;
    }
    return fragments;
}

std::optional<PhysicalAddress> FrameBuffer::physical_address(const std::byte* pointer) const {
    const std::less<> below;
    if (below(pointer, bytes_.data()) || !below(pointer, bytes_.data() + bytes_.size())) return std::nullopt;
    const auto offset = static_cast<std::uint64_t>(pointer - mapping_.bytes().data());
    return pages_[offset / page_size] + offset % page_size;
}

}  // namespace ghostcard::dma
