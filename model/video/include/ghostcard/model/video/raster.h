// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ghostcard::model {

/// Frames per second as video standards state them: 30000/1001.
struct FrameRate {
    std::uint64_t numerator = 60;
    std::uint64_t denominator = 1;

    /// Whether both mean the same number.
    friend constexpr bool operator==(FrameRate a, FrameRate b) {
        return a.numerator * b.denominator == b.numerator * a.denominator;
    }
};

/// Converts between pixel clocks, counted from the beginning of the signal, and instants.
class PixelClock {
public:
    /// So many clocks in so many picoseconds; both positive.
    PixelClock(std::uint64_t clocks, std::uint64_t picoseconds);

    /// The first instant, in whole picoseconds, at which so many clocks have gone by.
    Duration instant_of(std::uint64_t clocks) const {
        if (clocks > most_clocks_) return instant_of_many(clocks);
        return Duration(static_cast<std::int64_t>((clocks * picoseconds_ + clocks_ - 1) / clocks_));
    }
    /// Whole clocks gone by.
    std::uint64_t clocks_at(Duration instant) const;
    /// Whether instant_of() so many clocks is later.
    bool is_before(Duration instant, std::uint64_t clocks) const {
        const auto picoseconds = static_cast<std::uint64_t>(instant.count());
        if (clocks > most_clocks_ || picoseconds > most_picoseconds_) return instant < instant_of_many(clocks);
        return picoseconds * clocks_ < clocks * picoseconds_;
    }

private:
    Duration instant_of_many(std::uint64_t clocks) const;

    std::uint64_t clocks_, picoseconds_;            ///< In lowest terms...
    std::uint64_t most_clocks_, most_picoseconds_;  ///< ...so that as many can be converted within 64 bits.
};

/// How a frame is scanned. Time is counted in pixel clocks from the first active pixel of a frame: active lines come
/// first, blanking follows. The two fields of an interlaced frame lie half a frame apart.
struct Raster {
    std::string name;
    std::uint32_t width = 0;   ///< Active pixels of a line.
    std::uint32_t height = 0;  ///< Active lines of a frame, of both fields together.
    bool interlaced = false;
    std::uint32_t line_clocks = 0;  ///< Pixel clocks of a line, blanking included.
    std::uint32_t lines = 0;        ///< Lines of a frame, blanking included.
    FrameRate rate;

    std::uint64_t frame_clocks() const { return std::uint64_t{line_clocks} * lines; }
    PixelClock pixel_clock() const;
    /// The pixel clock of line `index` in the order of the scan, in which the second field follows the first.
    std::uint64_t line_begin(std::uint32_t index) const;
    /// Which line of the picture that is, counted from the top.
    std::uint32_t picture_line(std::uint32_t index) const;

    // For one of them; who has many asks the pixel clock.
    Duration instant_of(std::uint64_t clocks) const { return pixel_clock().instant_of(clocks); }
    std::uint64_t clocks_at(Duration instant) const { return pixel_clock().clocks_at(instant); }
};

/// The rasters of CEA-861 that have a name of their own here: 480i59.94 576i50 720p60 1080i60 1080p30 1080p60 2160p30.
std::span<const Raster> cea_rasters();

/// Null if there is none of that name.
const Raster* find_cea_raster(std::string_view name);

/// Whether a raster can have that rate: 1 to 1000 frames a second.
bool is_possible(FrameRate rate);

/// The CEA raster for frames of this size and rate, a rate divided by 1.001 included; else a custom one.
Raster raster_for(std::uint32_t width, std::uint32_t height, FrameRate rate, bool interlaced);

/// A progressive raster with the reduced blanking of VESA CVT 1.2 (160 pixels; at least 460 us, at least 6 lines) at
/// exactly this rate.
Raster custom_raster(std::uint32_t width, std::uint32_t height, FrameRate rate);

/// A CEA name or "WIDTHxHEIGHT@RATE" with a rate of N or N/D. Throws InputError.
Raster parse_raster(std::string_view text);

}  // namespace ghostcard::model
