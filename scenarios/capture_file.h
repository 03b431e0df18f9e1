// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>
#include <ghostcard/model/video/raster.h>
#include <ghostcard/registers/pixel_format.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace ghostcard::scenarios {

/// The frames that the consumer received, as a player opens them: Y4M for the YUV formats, raw R G B bytes for RGB24.
class CaptureFile {
public:
    /// y4m_header: that of the source, if it was a Y4M file; otherwise one is made for the raster. Throws InputError if
    /// the file cannot be written.
    CaptureFile(const std::filesystem::path& path, const model::Raster& raster, registers::PixelFormat format,
                const std::string& y4m_header);

    /// Lines adjacent.
    void add(std::span<const std::byte> frame);
    void commit() { file_.commit(); }

private:
    OutputFile file_;
    const registers::PixelFormat format_;
    const std::uint32_t width_;
    const std::uint32_t height_;
};

}  // namespace ghostcard::scenarios
