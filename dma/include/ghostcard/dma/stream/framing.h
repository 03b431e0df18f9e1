// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <cstdint>

namespace ghostcard::dma {

/// What a pin asks of the frames that it is to fill (AVStream: KSALLOCATOR_FRAMING_EX with one KS_FRAMING_ITEM).
struct AllocatorFraming {
    std::uint32_t frames = 1;          ///< Outstanding at the most.
    std::uint32_t file_alignment = 0;  ///< A mask: alignment in bytes less 1, as FILE_64_BYTE_ALIGNMENT is 0x3f.
    std::uint64_t smallest = 0;        ///< Bytes of a frame...
    std::uint64_t largest = ~std::uint64_t{0};
    bool preferences_only = false;  ///< KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY: none of it has to be met.

    constexpr std::uint64_t alignment() const { return std::uint64_t{file_alignment} + 1; }
    /// The mask is that of a power of two, and the sizes leave room for a frame.
    constexpr bool valid() const { return (alignment() & file_alignment) == 0 && smallest <= largest && frames >= 1; }
    /// Whether a frame there is what was asked. Nobody checks it on the way: framing "may be ignored" even where it is
    /// absolutely required (DDI, KSPIN_DESCRIPTOR_EX), and then the driver gets whatever came.
    constexpr bool met_by(VirtualAddress first, std::uint64_t bytes) const {
        return (first.value & file_alignment) == 0 && bytes >= smallest && bytes <= largest;
    }
    constexpr bool has_to_be_met() const { return !preferences_only; }
};

}  // namespace ghostcard::dma
