// SPDX-License-Identifier: MIT
#include <ghostcard/model/video/frame_layout.h>

#include <algorithm>

namespace ghostcard::model {

using registers::PixelFormat;

FrameLayout::FrameLayout(const Raster& raster, PixelFormat format, std::uint32_t stride)
    : raster_(raster),
      format_(format),
      height_(raster.height),
      line_bytes_(registers::line_bytes(format, raster.width)),
      line_stream_bytes_(format == PixelFormat::nv12 ? line_bytes_ + line_bytes_ / 2 : line_bytes_),
      stride_(std::max(stride, line_bytes_)),
      group_pixels_(format == PixelFormat::rgb24 ? 1 : 2),
      group_bytes_(format == PixelFormat::yuy2 || format == PixelFormat::uyvy ? 4 : 3),
      delay_clocks_(format == PixelFormat::nv12 ? raster.line_clocks : 0),
      linear_(format != PixelFormat::nv12 && !raster.interlaced && stride_ == line_bytes_) {}

FrameLayout::Segment FrameLayout::segment_at(std::uint64_t offset) const {
    if (linear_) return {offset, offset, stream_bytes() - offset};
    const auto index = static_cast<std::uint32_t>(offset / line_stream_bytes_);
    const std::uint64_t in_line = offset % line_stream_bytes_;
    const std::uint64_t line = raster_.picture_line(index);
    if (in_line < line_bytes_) return {line * line_bytes_ + in_line, line * stride_ + in_line, line_bytes_ - in_line};
    const std::uint64_t half_line = line_bytes_ / 2;
    const std::uint64_t in_chroma_line = line % 2 * half_line + (in_line - line_bytes_);
    const std::uint64_t chroma_line = height_ + line / 2;
    return {chroma_line * line_bytes_ + in_chroma_line, chroma_line * stride_ + in_chroma_line,
            line_stream_bytes_ - in_line};
}

std::uint64_t FrameLayout::arrived(std::uint64_t clocks) const {
    if (clocks < delay_clocks_) return 0;
    clocks -= delay_clocks_;
    const std::uint32_t field_lines = raster_.interlaced ? height_ / 2 : height_;
    const bool second_field = raster_.interlaced && clocks >= raster_.frame_clocks() / 2;
    const std::uint64_t in_field = second_field ? clocks - raster_.frame_clocks() / 2 : clocks;
    const std::uint64_t lines_before =
        (second_field ? field_lines : 0) + std::min<std::uint64_t>(in_field / raster_.line_clocks, field_lines);
    if (in_field / raster_.line_clocks >= field_lines) return lines_before * line_stream_bytes_;
    const std::uint64_t pixels = std::min<std::uint64_t>(in_field % raster_.line_clocks, raster_.width);
    return lines_before * line_stream_bytes_ + pixels / group_pixels_ * group_bytes_;
}

}  // namespace ghostcard::model
