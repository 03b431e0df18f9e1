// SPDX-License-Identifier: MIT
#include <ghostcard/base/random.h>
#include <ghostcard/model/video/frame_source.h>

#include <array>
#include <string>

namespace ghostcard::model {
namespace {

using registers::Pattern;
using registers::PixelFormat;

/// One pixel in both colour spaces; video range.
struct Colour {
    std::uint8_t y, cb, cr;
    std::uint8_t r, g, b;
};

/// 75 % colour bars in the order of SMPTE RP 219: white, yellow, cyan, green, magenta, red, blue, black (BT.601 codes).
constexpr std::array<Colour, 8> bars{{{180, 128, 128, 191, 191, 191},
                                      {162, 44, 142, 191, 191, 0},
                                      {131, 156, 44, 0, 191, 191},
                                      {112, 72, 58, 0, 191, 0},
                                      {84, 184, 198, 191, 0, 191},
                                      {65, 100, 212, 191, 0, 0},
                                      {35, 212, 114, 0, 0, 191},
                                      {16, 128, 128, 0, 0, 0}}};

class PatternSource : public FrameSource {
public:
    PatternSource(Pattern pattern, const Raster& raster, std::uint64_t seed)
        : pattern_(pattern), width_(raster.width), height_(raster.height), seed_(seed) {}

    bool supports(PixelFormat) const override { return true; }
    std::optional<std::uint64_t> frames() const override { return std::nullopt; }

    std::vector<std::byte> frame(std::uint64_t index, PixelFormat format) override {
        std::vector<std::byte> frame(registers::frame_bytes(format, height_, registers::line_bytes(format, width_)));
        if (pattern_ == Pattern::noise) {
            Random random(seed_, "noise frame " + std::to_string(index));
            for (std::byte& byte : frame) byte = static_cast<std::byte>(random.next());
            return frame;
        }
        for (std::uint32_t line = 0; line < height_; ++line)
            for (std::uint32_t x = 0; x < width_; ++x) put(frame, format, x, line, colour(x, line, index));
        return frame;
    }

private:
    /// Every frame differs from its neighbours, and so do lines: a misplaced or repeated one shows.
    Colour colour(std::uint32_t x, std::uint32_t line, std::uint64_t frame) const {
        if (pattern_ == Pattern::bars) {
            const bool on_moving_line = line == frame % height_;
            const std::size_t bar = std::uint64_t{x} * bars.size() / width_;
            return bars[on_moving_line ? bars.size() - 1 - bar : bar];
        }
        const auto level = static_cast<std::uint8_t>(x + line + frame);
        return {level, level, level, level, level, level};
    }

    void put(std::vector<std::byte>& frame, PixelFormat format, std::size_t x, std::size_t line, Colour c) const {
        const auto set = [&frame](std::size_t offset, std::uint8_t value) { frame[offset] = std::byte{value}; };
        const std::size_t pixel = line * width_ + x;
        const bool even = x % 2 == 0;
        switch (format) {
            case PixelFormat::yuy2:
                set(2 * pixel, c.y);
                set(2 * pixel + 1, even ? c.cb : c.cr);
                break;
            case PixelFormat::uyvy:
                set(2 * pixel, even ? c.cb : c.cr);
                set(2 * pixel + 1, c.y);
                break;
            case PixelFormat::nv12:
                set(pixel, c.y);
                if (line % 2 == 0) set(std::size_t{width_} * (height_ + line / 2) + x, even ? c.cb : c.cr);
                break;
            case PixelFormat::rgb24:
                set(3 * pixel, c.r);
                set(3 * pixel + 1, c.g);
                set(3 * pixel + 2, c.b);
                break;
        }
    }

    Pattern pattern_;
    std::uint32_t width_;
    std::uint32_t height_;
    std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<FrameSource> make_pattern_source(Pattern pattern, const Raster& raster, std::uint64_t seed) {
    return std::make_unique<PatternSource>(pattern, raster, seed);
}

}  // namespace ghostcard::model
