// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/model/video/frame_source.h>
#include <ghostcard/model/video/y4m.h>

#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::model {
namespace {

using registers::Pattern;
using registers::PixelFormat;

constexpr std::string_view default_mode = "480i59.94";

class Y4mSource : public FrameSource {
public:
    explicit Y4mSource(Y4mReader reader) : reader_(std::move(reader)) {}

    bool supports(PixelFormat format) const override {
        return format != PixelFormat::rgb24 && chroma_of(format) == reader_.header().chroma;
    }
    std::optional<std::uint64_t> frames() const override { return reader_.frames(); }
    std::vector<std::byte> frame(std::uint64_t index, PixelFormat format) override {
        return from_planes(reader_.read(index), format, reader_.header().width, reader_.header().height);
    }

private:
    Y4mReader reader_;
};

/// Frames of R G B bytes without any header, as `ffmpeg -f rawvideo -pix_fmt rgb24` writes them.
class RawSource : public FrameSource {
public:
    RawSource(const std::filesystem::path& path, const Raster& raster)
        : path_(path),
          file_(path, std::ios::binary),
          frame_bytes_(registers::frame_bytes(PixelFormat::rgb24, raster.height,
                                              registers::line_bytes(PixelFormat::rgb24, raster.width))) {
        std::error_code error;
        if (!file_ || !std::filesystem::is_regular_file(path, error))
            throw InputError(fmt::format("{}: cannot be opened as a video file", path.string()));
        const std::uint64_t size = std::filesystem::file_size(path);
        if (size == 0 || size % frame_bytes_ != 0)
            throw InputError(fmt::format("{}: {} bytes are no whole number of RGB24 frames of {} bytes ({}x{})",
                                         path.string(), size, frame_bytes_, raster.width, raster.height));
        frames_ = size / frame_bytes_;
    }

    bool supports(PixelFormat format) const override { return format == PixelFormat::rgb24; }
    std::optional<std::uint64_t> frames() const override { return frames_; }
    std::vector<std::byte> frame(std::uint64_t index, PixelFormat) override {
        std::vector<std::byte> frame(frame_bytes_);
        file_.clear();
        file_.seekg(static_cast<std::streamoff>(index * frame_bytes_));
        file_.read(reinterpret_cast<char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
        if (!file_) throw InputError(fmt::format("{}: frame {} can no longer be read", path_.string(), index));
        return frame;
    }

private:
    std::filesystem::path path_;
    std::ifstream file_;
    std::uint64_t frame_bytes_;
    std::uint64_t frames_ = 0;
};

VideoSignal open_y4m(const VideoSettings& settings) {
    Y4mReader reader(settings.source);
    const Y4mHeader header = reader.header();
    if (settings.mode == "auto" && !is_possible(header.rate))
        throw InputError(fmt::format("{}: {}/{} frames a second are not 1 to 1000; video.mode can name another rate",
                                     settings.source, header.rate.numerator, header.rate.denominator));
    Raster raster = settings.mode == "auto" ? raster_for(header.width, header.height, header.rate, header.interlaced)
                                            : parse_raster(settings.mode);
    if (raster.width != header.width || raster.height != header.height)
        throw InputError(fmt::format("{}: frames of {}x{} do not fit video mode {} of {}x{}", settings.source,
                                     header.width, header.height, raster.name, raster.width, raster.height));
    return {std::move(raster), std::make_unique<Y4mSource>(std::move(reader)), header.line};
}

VideoSignal open_raw(const VideoSettings& settings) {
    if (settings.mode == "auto")
        throw InputError(
            fmt::format("{}: a raw file has no header, so video.mode must say its size and rate "
                        "(WIDTHxHEIGHT@RATE or a mode's name)",
                        settings.source));
    const Raster raster = parse_raster(settings.mode);
    return {raster, std::make_unique<RawSource>(settings.source, raster), {}};
}

}  // namespace

std::optional<Pattern> pattern_named(std::string_view name) {
    if (name == "bars") return Pattern::bars;
    if (name == "ramp") return Pattern::ramp;
    if (name == "noise") return Pattern::noise;
    return std::nullopt;
}

std::optional<std::string> mismatch(const Raster& raster, PixelFormat format) {
    const auto needs = [&](std::string_view what, std::uint32_t count) {
        return fmt::format("video.pixel_format {} needs an even {}, not {}", name_of(format), what, count);
    };
    if (format != PixelFormat::rgb24 && raster.width % 2 != 0) return needs("width", raster.width);
    if (format == PixelFormat::nv12 && raster.height % 2 != 0) return needs("height", raster.height);
    return std::nullopt;
}

VideoSignal open_signal(const VideoSettings& settings, std::uint64_t seed) {
    VideoSignal signal;
    const auto extension = std::filesystem::path(settings.source).extension();
    if (const auto pattern = pattern_named(settings.source)) {
        signal.raster = parse_raster(settings.mode == "auto" ? default_mode : settings.mode);
        signal.source = make_pattern_source(*pattern, signal.raster, seed);
    } else if (extension == ".y4m") {
        signal = open_y4m(settings);
    } else if (extension == ".rgb") {
        signal = open_raw(settings);
    } else {
        throw InputError(fmt::format(
            "'{}' is no video source; allowed are bars, ramp, noise and files named .y4m or .rgb", settings.source));
    }
    if (const auto why = mismatch(signal.raster, settings.pixel_format)) throw InputError(*why);
    if (!signal.source->supports(settings.pixel_format))
        throw InputError(
            fmt::format("{}: cannot be shown as {}; 4:2:2 files go with YUY2 and UYVY, 4:2:0 files with NV12, "
                        ".rgb files with RGB24",
                        settings.source, name_of(settings.pixel_format)));
    return signal;
}

}  // namespace ghostcard::model
