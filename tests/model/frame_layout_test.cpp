// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"
#include "tests/support/table.h"

#include <ghostcard/model/video/frame_layout.h>

#include <vector>

using namespace ghostcard;
using namespace ghostcard::model;
using namespace ghostcard::tests;
using registers::PixelFormat;

TEST_CASE("a packed progressive frame of adjacent lines is one segment", "[model]") {
    const FrameLayout layout(*find_cea_raster("720p60"), PixelFormat::yuy2, 0);
    CHECK(layout.linear());
    CHECK(layout.segment_at(0).length == 1280 * 720 * 2);
    CHECK(layout.segment_at(1000).memory_offset == 1000);
    CHECK_FALSE(FrameLayout(*find_cea_raster("720p60"), PixelFormat::yuy2, 4096).linear());
    CHECK_FALSE(FrameLayout(*find_cea_raster("480i59.94"), PixelFormat::yuy2, 0).linear());
}

TEST_CASE("the segments of a frame cover each byte of the picture and of its place in memory once", "[model]") {
    const auto format = GENERATE(PixelFormat::yuy2, PixelFormat::uyvy, PixelFormat::nv12, PixelFormat::rgb24);
    const auto mode = GENERATE("480i59.94", "576i50", "64x48@25");
    const auto padding = GENERATE(0u, 16u);
    const Raster raster = parse_raster(mode);
    const std::uint32_t line = registers::line_bytes(format, raster.width);
    const FrameLayout layout(raster, format, line + padding);
    std::vector<int> picture(registers::frame_bytes(format, raster.height, line));
    std::vector<int> memory(layout.memory_bytes());
    CHECK(layout.stream_bytes() == picture.size());
    for (std::uint64_t offset = 0; offset < layout.stream_bytes();) {
        const auto segment = layout.segment_at(offset);
        REQUIRE(segment.length > 0);
        for (std::uint64_t i = 0; i < segment.length; ++i) {
            ++picture.at(segment.picture_offset + i);
            ++memory.at(segment.memory_offset + i);
        }
        offset += segment.length;
    }
    CHECK(std::count(picture.begin(), picture.end(), 1) == static_cast<std::ptrdiff_t>(picture.size()));
    CHECK(std::count(memory.begin(), memory.end(), 1) == static_cast<std::ptrdiff_t>(picture.size()));
    CHECK(std::count(memory.begin(), memory.end(), 2) == 0);
}

TEST_CASE("bytes arrive with their pixels: no sooner, no later", "[model]") {
    const auto format = GENERATE(PixelFormat::yuy2, PixelFormat::nv12, PixelFormat::rgb24);
    const auto mode = GENERATE("480i59.94", "64x48@25");
    const Raster raster = parse_raster(mode);
    const FrameLayout layout(raster, format, 0);
    for (std::uint64_t bytes = 1; bytes <= layout.stream_bytes(); bytes += 997) {
        const std::uint64_t clocks = layout.clocks_until(bytes);
        CHECK(layout.arrived(clocks) >= bytes);
        CHECK(layout.arrived(clocks - 1) < bytes);
    }
    CHECK(layout.arrived(layout.clocks_until(layout.stream_bytes())) == layout.stream_bytes());
    CHECK(layout.arrived(0) == 0);
    CHECK(layout.clocks_until(layout.stream_bytes()) < raster.frame_clocks());
}

TEST_CASE("bytes that grow arrive when each number of them does on its own", "[model]") {
    const auto format = GENERATE(PixelFormat::yuy2, PixelFormat::nv12, PixelFormat::rgb24);
    const auto mode = GENERATE("480i59.94", "64x48@25");
    const auto step = GENERATE(1u, 60u, 128u, 997u, 100'000u);
    const FrameLayout layout(parse_raster(mode), format, 0);
    FrameLayout::Arrival arrival(layout, 5);
    for (std::uint64_t bytes = 5; bytes <= layout.stream_bytes(); bytes += step) {
        if (arrival.clocks() != layout.clocks_until(bytes)) FAIL("at " << bytes);
        arrival.add(step);
    }
}

TEST_CASE("NV12 arrives a line late, since its chroma is shared by two lines", "[model]") {
    const Raster& raster = *find_cea_raster("1080p60");
    const FrameLayout nv12(raster, PixelFormat::nv12, 0);
    CHECK(nv12.arrived(raster.line_clocks) == 0);
    CHECK(nv12.clocks_until(1) == raster.line_clocks + 2);
}

// fifo_depth_vs_stall.csv: bytes that arrive while nothing is taken, from the first active pixel on.
TEST_CASE("what arrives in a stall is what the published FIFO depths allow for", "[model][table]") {
    std::size_t compared = 0;
    for (const auto& row : read_table("fifo_depth_vs_stall.csv")) {
        const Raster* const raster = find_cea_raster(row.at("format"));
        const std::string& name = row.at("pixel_format");
        if (!raster || (name != "YUY2" && name != "NV12")) continue;
        CAPTURE(row.at("format"), name, row.at("stall_us"));
        const PixelFormat format = name == "YUY2" ? PixelFormat::yuy2 : PixelFormat::nv12;
        const FrameLayout layout(*raster, format, 0);
        const auto stall = Duration(static_cast<std::int64_t>(std::stod(row.at("stall_us")) * 1e6));
        if (stall > raster->instant_of(raster->line_begin(raster->height / 2 - 1)))
            continue;  // the table ends the field
        const std::uint64_t delay = format == PixelFormat::nv12 ? raster->line_clocks : 0;
        const double arrived = static_cast<double>(layout.arrived(raster->clocks_at(stall) + delay));
        // The table rounds up to whole bytes; the card's bytes arrive in groups of 3 or 4.
        CHECK(arrived <= std::stod(row.at("bytes_needed")));
        CHECK(arrived > std::stod(row.at("bytes_needed")) - 5);
        ++compared;
    }
    CHECK(compared >= 20);
}
