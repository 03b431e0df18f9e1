// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/dma_constraints.h>

#include <cstdint>
#include <vector>

namespace ghostcard::dma {

/// How several frames lie in one common buffer so that each of them meets the constraints by itself.
struct BufferLayout {
    std::uint64_t length = 0;           ///< Bytes of the buffer.
    DmaConstraints constraints;         ///< Of the buffer; whatever bus address meets them, the frames meet theirs.
    std::vector<std::uint64_t> frames;  ///< Bytes from the buffer's start to each frame's.

    /// `count` frames of `frame_bytes` each, both at least 1. The constraints are valid, and a frame fits between two
    /// of their boundaries.
    static BufferLayout of(std::uint64_t frame_bytes, unsigned count, const DmaConstraints& frame_constraints);
};

}  // namespace ghostcard::dma
