// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/model/video/raster.h>
#include <ghostcard/registers/pixel_format.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace ghostcard::model {

/// How the chroma planes of a Y4M file are sampled; the 4:2:0 kinds differ only in where a sample is taken.
enum class Chroma { c420, c422 };

/// The stream header of a Y4M file (YUV4MPEG2, as written by mjpegtools and ffmpeg), 8 bits a sample.
struct Y4mHeader {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    FrameRate rate;
    bool interlaced = false;
    Chroma chroma = Chroma::c422;
    std::string line;  ///< As it stands in the file, without the line's end.

    /// Bytes of a frame's three planes.
    std::uint64_t frame_bytes() const;
};

/// Reads a Y4M file. All of it is checked at opening: throws InputError, which names the file and what is wrong, for
/// anything that is not Y4M, for a kind that the card cannot show, and for a truncated frame.
class Y4mReader {
public:
    explicit Y4mReader(const std::filesystem::path& path);

    const Y4mHeader& header() const { return header_; }
    std::uint64_t frames() const { return frame_offsets_.size(); }
    /// The planes Y, Cb, Cr of frame `index`, one after the other.
    std::vector<std::byte> read(std::uint64_t index);

private:
    std::filesystem::path path_;
    std::ifstream file_;
    Y4mHeader header_;
    std::vector<std::uint64_t> frame_offsets_;
};

/// The header of a new file.
Y4mHeader make_y4m_header(const Raster& raster, Chroma chroma);

/// Planes to and from the card's formats: 4:2:2 with YUY2 and UYVY, 4:2:0 with NV12. Even width; even height for NV12.
std::vector<std::byte> from_planes(std::span<const std::byte> planes, registers::PixelFormat format,
                                   std::uint32_t width, std::uint32_t height);
std::vector<std::byte> to_planes(std::span<const std::byte> frame, registers::PixelFormat format, std::uint32_t width,
                                 std::uint32_t height);

/// The chroma sampling that carries a YUV format without loss.
constexpr Chroma chroma_of(registers::PixelFormat format) {
    return format == registers::PixelFormat::nv12 ? Chroma::c420 : Chroma::c422;
}

}  // namespace ghostcard::model
