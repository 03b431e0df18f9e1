// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/dma/frame_buffer.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// Describes a virtually contiguous buffer by the physical pages behind it (Windows: memory descriptor list). The
/// memory has to outlive it.
struct Mdl {
    VirtualAddress start{};    ///< Of the first byte; an index for the DMA routines, and no pointer to them.
    std::uint64_t length = 0;  ///< Bytes.
    std::vector<PhysicalAddress> pages{};  ///< Page-aligned, in virtual order; the first one holds `start`.
    bool locked = true;                    ///< Its pages stay where they are.
    bool system_mapped = true;             ///< The kernel has addresses of its own for it.
    const Mdl* next = nullptr;             ///< Of a chain.

    /// Of a user's buffer, locked and mapped.
    static Mdl of(const FrameBuffer& buffer);
    /// Of physically contiguous bytes at that virtual address.
    static Mdl of(std::span<const std::byte> bytes, PhysicalAddress first);

    VirtualAddress end() const { return start + length; }
    bool holds(VirtualAddress address) const { return address >= start && address < end(); }
    /// For an address that it holds.
    PhysicalAddress physical(VirtualAddress address) const;
    /// The fewest physically contiguous runs of the bytes [address, address + length), which it holds.
    std::vector<PhysicalRange> runs(VirtualAddress address, std::uint64_t length) const;
};

/// Pages that `length` bytes from this address on touch (Windows: ADDRESS_AND_SIZE_TO_SPAN_PAGES).
constexpr std::uint64_t spanned_pages(VirtualAddress address, std::uint64_t length) {
    return length == 0 ? 0 : (address.value % page_size + length + page_size - 1) / page_size;
}

}  // namespace ghostcard::dma
