// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"
#include "tests/support/table.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/model/video/raster.h>

using namespace ghostcard;
using namespace ghostcard::model;
using namespace ghostcard::tests;

namespace {

double in_microseconds(Duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

}  // namespace

// CEA-861 via Linux include/uapi/linux/v4l2-dv-timings.h, as tabulated in video_timings.csv.
TEST_CASE("the CEA rasters have the standard's totals, line times and frame times", "[model][table]") {
    const auto rows = read_table("video_timings.csv");
    REQUIRE(rows.size() == cea_rasters().size());
    for (const auto& row : rows) {
        CAPTURE(row.at("format"));
        const Raster* const raster = find_cea_raster(row.at("format"));
        REQUIRE(raster != nullptr);
        CHECK(raster->width == std::stoul(row.at("active_w")));
        CHECK(raster->height == std::stoul(row.at("active_h")));
        CHECK(raster->interlaced == (row.at("scan") == "i"));
        CHECK(raster->line_clocks == std::stoul(row.at("htotal")));
        CHECK(raster->lines == std::stoul(row.at("vtotal_frame")));
        const auto clock_rate = raster->frame_clocks() * raster->rate.numerator / raster->rate.denominator;
        CHECK(clock_rate == std::stoull(row.at("pixel_clock_hz")));
        CHECK(in_microseconds(raster->instant_of(raster->line_clocks)) ==
              Approx(std::stod(row.at("line_time_us"))).epsilon(1e-5));
        CHECK(in_microseconds(raster->instant_of(raster->width)) ==
              Approx(std::stod(row.at("active_line_time_us"))).epsilon(1e-5));
        CHECK(in_microseconds(raster->instant_of(raster->frame_clocks())) / 1000 ==
              Approx(std::stod(row.at("frame_time_ms"))).epsilon(1e-5));
    }
}

TEST_CASE("pixel clocks and instants convert into each other without drift", "[model]") {
    for (const Raster& raster : cea_rasters()) {
        const std::uint64_t hour = raster.frame_clocks() * 30 * 3600;
        for (const std::uint64_t clocks :
             {std::uint64_t{0}, std::uint64_t{1}, raster.frame_clocks() - 1, hour, hour + 1}) {
            const Duration instant = raster.instant_of(clocks);
            CHECK(raster.clocks_at(instant) == clocks);
            if (clocks > 0) CHECK(raster.clocks_at(instant - Duration(1)) == clocks - 1);
        }
    }
    // numerators of 64 bits and more
    for (const PixelClock clock : {PixelClock(27'000'000, 1'000'000'000'000), PixelClock(1'000'000'007, 999'999'937)})
        for (const std::uint64_t clocks : {1ull, 1'000'000ull, 200'000'000'000'000ull}) {
            const Duration instant = clock.instant_of(clocks);
            CHECK(clock.clocks_at(instant) >= clocks);
            CHECK(clock.clocks_at(instant - Duration(1)) < clocks);
            CHECK_FALSE(clock.is_before(instant, clocks));
            CHECK(clock.is_before(instant - Duration(1), clocks));
        }
    const Raster& ntsc = *find_cea_raster("480i59.94");
    CHECK(ntsc.instant_of(30'000 * ntsc.frame_clocks()) == seconds(1001));
}

TEST_CASE("the second field of an interlaced frame begins half a frame later and fills the odd lines", "[model]") {
    const Raster& raster = *find_cea_raster("480i59.94");
    CHECK(raster.line_begin(240) == 525 * 858 / 2);
    CHECK(raster.picture_line(0) == 0);
    CHECK(raster.picture_line(239) == 478);
    CHECK(raster.picture_line(240) == 1);
    CHECK(raster.picture_line(479) == 479);
}

TEST_CASE("a clip of a standard's size and rate gets that standard's raster", "[model]") {
    CHECK(raster_for(1280, 720, {60, 1}, false).name == "720p60");
    CHECK(raster_for(1280, 720, {120, 2}, false).name == "720p60");
    CHECK(raster_for(1280, 720, {60000, 1001}, false).name == "720p60/1.001");
    CHECK(raster_for(1280, 720, {25, 1}, false).name == "1280x720@25");
    CHECK(raster_for(720, 480, {30000, 1001}, false).name == "720x480@30000/1001");
    CHECK(raster_for(720, 480, {30000, 1001}, true).name == "480i59.94");
}

// VESA Coordinated Video Timings 1.2, reduced blanking: 160 pixels; the fewest lines that last 460 us.
TEST_CASE("a custom raster has the reduced blanking of CVT at exactly its rate", "[model]") {
    const Raster raster = parse_raster("640x360@30000/1001");
    CHECK(raster.line_clocks == 640 + 160);
    CHECK(raster.instant_of(raster.frame_clocks() * 30'000) == seconds(1001));
    const Duration line = raster.instant_of(raster.line_clocks);
    const auto blank = raster.lines - raster.height;
    CHECK(blank * line >= microseconds(459));
    CHECK((blank - 1) * line < microseconds(460));
}

TEST_CASE("what is no video mode is refused with what is allowed", "[model]") {
    for (const std::string text : {"", "720p61", "640x360", "0x360@25", "640x360@0", "8x360@25", "640x360@1/25",
                                   "640x360@2000", "640x360@25 ", "99999x360@25"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH(parse_raster(text), contains("720p60") && contains("WIDTHxHEIGHT@RATE"));
    }
}
