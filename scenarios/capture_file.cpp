// SPDX-License-Identifier: MIT
#include "capture_file.h"

#include <ghostcard/model/video/y4m.h>

#include <string_view>

namespace ghostcard::scenarios {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

CaptureFile::CaptureFile(const std::filesystem::path& path, const model::Raster& raster, registers::PixelFormat format,
                         const std::string& y4m_header)
    : file_(path), format_(format), width_(raster.width), height_(raster.height) {
    if (format == registers::PixelFormat::rgb24) return;
    file_.write(y4m_header.empty() ? model::make_y4m_header(raster, model::chroma_of(format)).line : y4m_header);
    file_.write("\n");
}

void CaptureFile::add(std::span<const std::byte> frame) {
    if (format_ == registers::PixelFormat::rgb24) {
        file_.write(text_of(frame));
        return;
    }
    file_.write("FRAME\n");
    file_.write(text_of(model::to_planes(frame, format_, width_, height_)));
}

}  // namespace ghostcard::scenarios
