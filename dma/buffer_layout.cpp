// SPDX-License-Identifier: MIT
#include <ghostcard/base/addresses.h>
#include <ghostcard/dma/buffer_layout.h>

#include <algorithm>

namespace ghostcard::dma {

BufferLayout BufferLayout::of(std::uint64_t frame_bytes, unsigned count, const DmaConstraints& frame_constraints) {
    BufferLayout layout{.length = 0, .constraints = frame_constraints, .frames = {}};
    const std::uint64_t pitch = round_up(frame_bytes, frame_constraints.alignment);
    // Without a boundary all frames are one block; with one, a block is what lies between two boundaries, or one frame
    // where the alignment is coarser than that.
    const std::uint64_t block = std::max(frame_constraints.boundary, pitch);
    const std::uint64_t frames_per_block = frame_constraints.boundary == 0 ? count : block / pitch;
    for (unsigned i = 0; i < count; ++i)
        layout.frames.push_back(i / frames_per_block * block + i % frames_per_block * pitch);
    layout.length = layout.frames.back() + frame_bytes;
    if (frame_constraints.boundary != 0 && layout.length > frame_constraints.boundary) {
        layout.constraints.alignment = std::max(frame_constraints.alignment, frame_constraints.boundary);
        layout.constraints.boundary = 0;
    }
    return layout;
}

}  // namespace ghostcard::dma
