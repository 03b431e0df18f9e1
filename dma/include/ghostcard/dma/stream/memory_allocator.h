// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace ghostcard::dma {

/// Outcomes of DirectShow's methods, with their values.
enum class [[nodiscard]] HResult : std::uint32_t{
    ok = 0,
    not_implemented = 0x8000'4001,
    fail = 0x8000'4005,
    bad_alignment = 0x8004'020e,      ///< VFW_E_BADALIGN
    already_committed = 0x8004'020f,  ///< VFW_E_ALREADY_COMMITTED
    no_allocator = 0x8004'020a,       ///< VFW_E_NO_ALLOCATOR
};

/// DirectShow's ALLOCATOR_PROPERTIES.
struct AllocatorProperties {
    std::int32_t buffers = 0;    ///< cBuffers
    std::int32_t bytes = 0;      ///< cbBuffer: of each, its prefix not counted
    std::int32_t alignment = 0;  ///< cbAlign: says nothing about physical memory
    std::int32_t prefix = 0;     ///< cbPrefix: bytes before each buffer

    friend bool operator==(const AllocatorProperties&, const AllocatorProperties&) = default;
};

/// How an allocator deals with what it is asked.
enum class AllocatorKind {
    memory,     ///< CMemAllocator: any alignment from 1 to the allocation granularity, a power of two or not.
    base,       ///< CBaseAllocator: no alignment but 1.
    careless,   ///< Says yes and does what it likes: alignment 1. The answer tells, if anybody compares.
    committed,  ///< Another connection's, whose buffers exist: its properties cannot be changed any more.
};

/// An allocator of sample buffers (Microsoft, Windows-classic-samples, directshow/baseclasses/amfilter.cpp). All
/// buffers are one piece of virtual memory, so they are contiguous there and nowhere else.
class MemoryAllocator {
public:
    /// Windows' allocation granularity, at which all memory from VirtualAlloc begins.
    static constexpr std::int32_t granularity = 65536;
    /// What precedes the memory of a careless allocator, as a heap precedes its blocks (16 bytes for 64 bit).
    static constexpr std::uint64_t heap_header = 16;

    explicit MemoryAllocator(AllocatorKind kind, AllocatorProperties properties = {})
        : kind_(kind), properties_(properties) {}

    /// On success `actual` is what it is going to be, which need not be what was requested.
    HResult set_properties(const AllocatorProperties& request, AllocatorProperties& actual);
    const AllocatorProperties& properties() const { return properties_; }

    /// From the beginning of the allocator's memory to what GetPointer() of each buffer returns: the prefix comes
    /// first, and it is the prefix that is aligned.
    std::vector<std::uint64_t> pointers() const;
    /// Bytes of memory for all buffers.
    std::uint64_t memory_bytes() const;

private:
    std::uint64_t pitch() const;

    AllocatorKind kind_;
    AllocatorProperties properties_;
};

}  // namespace ghostcard::dma
