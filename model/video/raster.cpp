// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/model/video/raster.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <regex>

#include <fmt/format.h>

namespace ghostcard::model {
namespace {

__extension__ using Wide = unsigned __int128;  // ps x Hz of a long run exceeds 64 bits

constexpr std::uint64_t ps_per_second = 1'000'000'000'000;

constexpr std::uint32_t smallest = 16;  // of width and height of a custom raster
constexpr std::uint32_t largest = 16384;
constexpr std::uint64_t fastest = 1000;  // frames per second

/// CEA-861 totals, as in Linux' v4l2-dv-timings.h; interlaced ones count both fields.
const std::array<Raster, 7> cea_table{{
    {"480i59.94", 720, 480, true, 858, 525, {30000, 1001}},
    {"576i50", 720, 576, true, 864, 625, {25, 1}},
    {"720p60", 1280, 720, false, 1650, 750, {60, 1}},
    {"1080i60", 1920, 1080, true, 2200, 1125, {30, 1}},
    {"1080p30", 1920, 1080, false, 2200, 1125, {30, 1}},
    {"1080p60", 1920, 1080, false, 2200, 1125, {60, 1}},
    {"2160p30", 3840, 2160, false, 4400, 2250, {30, 1}},
}};

FrameRate slowed_by_1001(FrameRate rate) { return {rate.numerator * 1000, rate.denominator * 1001}; }

}  // namespace

std::uint64_t Raster::line_begin(std::uint32_t index) const {
    if (!interlaced || index < height / 2) return std::uint64_t{index} * line_clocks;
    return frame_clocks() / 2 + std::uint64_t{index - height / 2} * line_clocks;
}

std::uint32_t Raster::picture_line(std::uint32_t index) const {
    if (!interlaced) return index;
    return index < height / 2 ? 2 * index : 2 * (index - height / 2) + 1;
}

PixelClock Raster::pixel_clock() const { return {frame_clocks() * rate.numerator, ps_per_second * rate.denominator}; }

PixelClock::PixelClock(std::uint64_t clocks, std::uint64_t picoseconds)
    : clocks_(clocks / std::gcd(clocks, picoseconds)),
      picoseconds_(picoseconds / std::gcd(clocks, picoseconds)),
      most_clocks_((std::numeric_limits<std::uint64_t>::max() - clocks_) / picoseconds_),
      most_picoseconds_(std::numeric_limits<std::uint64_t>::max() / clocks_) {}

Duration PixelClock::instant_of_many(std::uint64_t clocks) const {
    const Wide scaled = Wide{clocks} * picoseconds_;
    return Duration(static_cast<std::int64_t>((scaled + clocks_ - 1) / clocks_));
}

std::uint64_t PixelClock::clocks_at(Duration instant) const {
    const auto picoseconds = static_cast<std::uint64_t>(instant.count());
    if (picoseconds <= most_picoseconds_) return picoseconds * clocks_ / picoseconds_;
    return static_cast<std::uint64_t>(Wide{picoseconds} * clocks_ / picoseconds_);
}

std::span<const Raster> cea_rasters() { return cea_table; }

const Raster* find_cea_raster(std::string_view name) {
    const auto found =
        std::find_if(cea_table.begin(), cea_table.end(), [&](const Raster& r) { return r.name == name; });
    return found == cea_table.end() ? nullptr : &*found;
}

bool is_possible(FrameRate rate) {
    return rate.denominator <= rate.numerator && rate.numerator <= fastest * rate.denominator;
}

Raster raster_for(std::uint32_t width, std::uint32_t height, FrameRate rate, bool interlaced) {
    for (Raster raster : cea_table) {
        if (raster.width != width || raster.height != height || raster.interlaced != interlaced) continue;
        if (raster.rate == rate) return raster;
        if (slowed_by_1001(raster.rate) == rate) {
            raster.name += "/1.001";
            raster.rate = rate;
            return raster;
        }
    }
    return custom_raster(width, height, rate);
}

Raster custom_raster(std::uint32_t width, std::uint32_t height, FrameRate rate) {
    constexpr std::uint32_t horizontal_blanking = 160;
    constexpr std::uint64_t vertical_blanking_ps = 460'000'000;
    constexpr std::uint64_t fewest_blank_lines = 6;
    // Blank lines: the fewest n that last as long, of height + n lines in a frame's time.
    const std::uint64_t frame_ps = ps_per_second * rate.denominator / rate.numerator;
    const std::uint64_t active_ps =
        frame_ps > 2 * vertical_blanking_ps ? frame_ps - vertical_blanking_ps : frame_ps / 2;
    const std::uint64_t blank_ps = frame_ps - active_ps;
    const std::uint64_t blank_lines = std::max((height * blank_ps + active_ps - 1) / active_ps, fewest_blank_lines);
    return {fmt::format("{}x{}@{}{}", width, height, rate.numerator,
                        rate.denominator == 1 ? "" : fmt::format("/{}", rate.denominator)),
            width,
            height,
            false,
            width + horizontal_blanking,
            height + static_cast<std::uint32_t>(blank_lines),
            rate};
}

Raster parse_raster(std::string_view text) {
    if (const Raster* const raster = find_cea_raster(text)) return *raster;
    static const std::regex custom(R"(([1-9]\d{0,4})x([1-9]\d{0,4})@([1-9]\d{0,6})(?:/([1-9]\d{0,6}))?)");
    std::match_results<std::string_view::const_iterator> match;
    if (std::regex_match(text.begin(), text.end(), match, custom)) {
        const auto width = static_cast<std::uint32_t>(std::stoul(match[1]));
        const auto height = static_cast<std::uint32_t>(std::stoul(match[2]));
        const FrameRate rate{std::stoull(match[3]), match[4].matched ? std::stoull(match[4]) : 1};
        const bool size_fits = std::min(width, height) >= smallest && std::max(width, height) <= largest;
        if (size_fits && is_possible(rate)) return custom_raster(width, height, rate);
    }
    std::string names;
    for (const Raster& raster : cea_table) names += raster.name + ", ";
    throw InputError(
        fmt::format("'{}' is no video mode; allowed are {}or WIDTHxHEIGHT@RATE with {} to {} pixels and 1 to {} "
                    "frames a second (RATE: N or N/D)",
                    text, names, smallest, largest, fastest));
}

}  // namespace ghostcard::model
