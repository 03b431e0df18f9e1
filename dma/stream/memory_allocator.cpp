// SPDX-License-Identifier: MIT
#include <ghostcard/base/addresses.h>
#include <ghostcard/dma/stream/memory_allocator.h>

namespace ghostcard::dma {

HResult MemoryAllocator::set_properties(const AllocatorProperties& request, AllocatorProperties& actual) {
    switch (kind_) {
        case AllocatorKind::committed: actual = properties_; return HResult::already_committed;
        case AllocatorKind::base:
            if (request.alignment != 1) return HResult::bad_alignment;
            properties_ = request;
            break;
        case AllocatorKind::memory:
            if (request.alignment < 1 || request.alignment > granularity) return HResult::bad_alignment;
            properties_ = request;
            break;
        case AllocatorKind::careless:
            properties_ = request;
            properties_.alignment = 1;
            break;
    }
    actual = properties_;
    return HResult::ok;
}

std::uint64_t MemoryAllocator::pitch() const {
    const auto whole = static_cast<std::uint64_t>(properties_.bytes) + static_cast<std::uint64_t>(properties_.prefix);
    return round_up(whole, static_cast<std::uint64_t>(properties_.alignment));
}

std::vector<std::uint64_t> MemoryAllocator::pointers() const {
    std::vector<std::uint64_t> pointers;
    // Memory that need not be aligned begins where something of the allocator's own ends, as a heap's does.
    const std::uint64_t first = kind_ == AllocatorKind::careless ? heap_header : 0;
    for (std::int32_t i = 0; i < properties_.buffers; ++i)
        pointers.push_back(first + static_cast<std::uint64_t>(i) * pitch() +
                           static_cast<std::uint64_t>(properties_.prefix));
    return pointers;
}

std::uint64_t MemoryAllocator::memory_bytes() const {
    return properties_.buffers == 0 ? 0 : pointers().back() + static_cast<std::uint64_t>(properties_.bytes);
}

}  // namespace ghostcard::dma
