// SPDX-License-Identifier: MIT
#include <ghostcard/base/little_endian.h>
#include <ghostcard/base/random.h>
#include <ghostcard/model/video/frame_source.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

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

/// Every frame differs from its neighbours, and so do lines: a misplaced or repeated one shows. There are few kinds of
/// lines, so that a frame is put together from rows that are made once.
class PatternSource : public FrameSource {
public:
    PatternSource(Pattern pattern, const Raster& raster)
        : pattern_(pattern), width_(raster.width), height_(raster.height) {}

    bool supports(PixelFormat) const override { return true; }
    std::optional<std::uint64_t> frames() const override { return std::nullopt; }

    std::vector<std::byte> frame(std::uint64_t index, PixelFormat format) override {
        if (format != format_) rows_.clear();
        format_ = format;
        const std::uint32_t line_bytes = registers::line_bytes(format, width_);
        std::vector<std::byte> frame(registers::frame_bytes(format, height_, line_bytes));
        for (std::size_t line = 0; line < height_; ++line) {
            const Row& row = row_of(kind_of(line, index));
            std::copy(row.pixels.begin(), row.pixels.end(), at(frame, line * line_bytes));
            if (format == PixelFormat::nv12 && line % 2 == 0)
                std::copy(row.chroma.begin(), row.chroma.end(), at(frame, (height_ + line / 2) * line_bytes));
        }
        return frame;
    }

private:
    struct Row {
        std::vector<std::byte> pixels;
        std::vector<std::byte> chroma;  ///< NV12's second plane.
    };

    static std::vector<std::byte>::iterator at(std::vector<std::byte>& bytes, std::size_t offset) {
        return bytes.begin() + static_cast<std::ptrdiff_t>(offset);
    }

    /// Bars: whether it is the line that moves down with the frames. Ramp: the level of its first pixel.
    std::uint8_t kind_of(std::uint64_t line, std::uint64_t frame) const {
        if (pattern_ == Pattern::bars) return line == frame % height_ ? 1 : 0;
        return static_cast<std::uint8_t>(line + frame);
    }

    Colour colour(std::size_t x, std::uint8_t kind) const {
        if (pattern_ == Pattern::bars) {
            const std::size_t bar = x * bars.size() / width_;
            return bars[kind == 1 ? bars.size() - 1 - bar : bar];
        }
        const auto level = static_cast<std::uint8_t>(x + kind);
        return {level, level, level, level, level, level};
    }

    const Row& row_of(std::uint8_t kind) {
        Row& row = rows_[kind];
        if (row.pixels.empty())
            for (std::size_t x = 0; x < width_; ++x) append(row, x % 2 == 0, colour(x, kind));
        return row;
    }

    void append(Row& row, bool even, Colour c) const {
        const auto add = [](std::vector<std::byte>& bytes, auto... values) {
            (bytes.push_back(std::byte{values}), ...);
        };
        const std::uint8_t chroma = even ? c.cb : c.cr;
        switch (format_) {
            case PixelFormat::yuy2: add(row.pixels, c.y, chroma); break;
            case PixelFormat::uyvy: add(row.pixels, chroma, c.y); break;
            case PixelFormat::nv12:
                add(row.pixels, c.y);
                add(row.chroma, chroma);
                break;
            case PixelFormat::rgb24: add(row.pixels, c.r, c.g, c.b); break;
        }
    }

    Pattern pattern_;
    std::uint32_t width_;
    std::uint32_t height_;
    PixelFormat format_ = PixelFormat::yuy2;
    std::map<std::uint8_t, Row> rows_;
};

class NoiseSource : public FrameSource {
public:
    NoiseSource(const Raster& raster, std::uint64_t seed) : width_(raster.width), height_(raster.height), seed_(seed) {}

    bool supports(PixelFormat) const override { return true; }
    std::optional<std::uint64_t> frames() const override { return std::nullopt; }

    std::vector<std::byte> frame(std::uint64_t index, PixelFormat format) override {
        std::vector<std::byte> frame(registers::frame_bytes(format, height_, registers::line_bytes(format, width_)));
        Random random(seed_, "noise frame " + std::to_string(index));
        for (std::span<std::byte> rest(frame); !rest.empty();) {
            const std::span<std::byte> word = rest.first(std::min<std::size_t>(rest.size(), 8));
            store_little_endian(random.next(), word);
            rest = rest.subspan(word.size());
        }
        return frame;
    }

private:
    std::uint32_t width_;
    std::uint32_t height_;
    std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<FrameSource> make_pattern_source(Pattern pattern, const Raster& raster, std::uint64_t seed) {
    if (pattern == Pattern::noise) return std::make_unique<NoiseSource>(raster, seed);
    return std::make_unique<PatternSource>(pattern, raster);
}

}  // namespace ghostcard::model
