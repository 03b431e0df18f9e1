// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/model/video/raster.h>
#include <ghostcard/registers/pixel_format.h>

#include <cstdint>

namespace ghostcard::model {

/// Where the bytes of a frame come from and go to. A frame passes the card memory as a stream, in the order of the
/// scan; in host memory its lines stand from top to bottom, `stride` bytes apart.
///
/// The stream of NV12 holds for each line its Y bytes and then half a line of the chroma that two lines share. The
/// formatter has to hold a line for that, so NV12 arrives one line time late.
class FrameLayout {
public:
    /// A run of bytes that is contiguous in the picture and in host memory.
    struct Segment {
        std::uint64_t picture_offset;  ///< In the frame as the source gives it, lines adjacent.
        std::uint64_t memory_offset;   ///< From the start of the frame in host memory.
        std::uint64_t length;
    };

    /// stride: bytes; less than a line means adjacent lines.
    FrameLayout(const Raster& raster, registers::PixelFormat format, std::uint32_t stride);

    std::uint64_t stream_bytes() const { return std::uint64_t{line_stream_bytes_} * height_; }
    /// Host memory from the first byte to the last.
    std::uint64_t memory_bytes() const { return registers::frame_bytes(format_, height_, stride_); }
    /// Whether the whole frame is one segment.
    bool linear() const { return linear_; }

    /// The segment that holds byte `offset` of the stream, from that byte on; offset < stream_bytes().
    Segment segment_at(std::uint64_t offset) const;

    /// Bytes of the stream that have arrived so many pixel clocks after the frame began.
    std::uint64_t arrived(std::uint64_t clocks) const;
    /// Pixel clocks after the frame began at which `bytes` of the stream have arrived; 1 to stream_bytes().
    std::uint64_t clocks_until(std::uint64_t bytes) const { return Arrival(*this, bytes).clocks(); }

    /// clocks_until() of a number of bytes that grows: no division by the length of a line each time. The layout has to
    /// stay.
    class Arrival {
    public:
        Arrival(const FrameLayout& layout, std::uint64_t bytes) : layout_(&layout) { begin_line(bytes); }
        std::uint64_t clocks() const {
            const auto in_line = static_cast<std::uint32_t>(in_line_);
            const std::uint32_t groups = (in_line + layout_->group_bytes_ - 1) / layout_->group_bytes_;
            return line_clocks_ + groups * layout_->group_pixels_;
        }
        void add(std::uint64_t bytes) {
            in_line_ += bytes;
            if (in_line_ > layout_->line_stream_bytes_)
                begin_line(std::uint64_t{line_} * layout_->line_stream_bytes_ + in_line_);
        }

    private:
        void begin_line(std::uint64_t bytes) {
            line_ = static_cast<std::uint32_t>((bytes - 1) / layout_->line_stream_bytes_);
            in_line_ = bytes - std::uint64_t{line_} * layout_->line_stream_bytes_;
            line_clocks_ = layout_->raster_.line_begin(line_) + layout_->delay_clocks_;
        }

        const FrameLayout* layout_;
        std::uint32_t line_ = 0;
        std::uint64_t in_line_ = 0;  ///< Bytes of that line, 1 up to all.
        std::uint64_t line_clocks_ = 0;
    };

private:
    Raster raster_;
    registers::PixelFormat format_;
    std::uint32_t height_;
    std::uint32_t line_bytes_;         ///< Packed line, or Y of a line.
    std::uint32_t line_stream_bytes_;  ///< All that a line adds to the stream.
    std::uint32_t stride_;
    std::uint32_t group_pixels_;  ///< Pixels that arrive together...
    std::uint32_t group_bytes_;   ///< ...and the bytes that they make.
    std::uint64_t delay_clocks_;
    bool linear_;
};

}  // namespace ghostcard::model
