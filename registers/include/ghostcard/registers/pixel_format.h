// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ghostcard::registers {

/// The card's pixel formats, with the codes of VIDEO_FORMAT. Layouts as in the Linux V4L2 documentation
/// (V4L2_PIX_FMT_YUYV, UYVY, NV12, BGR24) and Microsoft's FOURCC pages: YUY2 is Y0 U Y1 V, UYVY is U Y0 V Y1, NV12 is a
/// plane of Y followed by a half-height plane of U V pairs, RGB24 is R G B (ffmpeg: rgb24).
enum class PixelFormat : std::uint32_t { yuy2 = 0, uyvy = 1, nv12 = 2, rgb24 = 3 };

inline constexpr std::array pixel_formats{PixelFormat::yuy2, PixelFormat::uyvy, PixelFormat::nv12, PixelFormat::rgb24};

constexpr std::string_view name_of(PixelFormat format) {
    constexpr std::array<std::string_view, 4> names{"YUY2", "UYVY", "NV12", "RGB24"};
    return names.at(static_cast<std::size_t>(format));
}

/// Bytes of one line of the packed formats, or of the Y plane of NV12. Width in pixels, even for the YUV formats.
constexpr std::uint32_t line_bytes(PixelFormat format, std::uint32_t width) {
    switch (format) {
        case PixelFormat::yuy2:
        case PixelFormat::uyvy: return width * 2;
        case PixelFormat::nv12: return width;
        case PixelFormat::rgb24: return width * 3;
    }
    return 0;
}

/// Bytes from the first to the last of a frame in memory whose lines start `stride` bytes apart; both planes of NV12.
constexpr std::uint64_t frame_bytes(PixelFormat format, std::uint32_t height, std::uint32_t stride) {
    const std::uint64_t lines = format == PixelFormat::nv12 ? height + height / 2 : height;
    return lines * stride;
}

}  // namespace ghostcard::registers
