// SPDX-License-Identifier: MIT
#include <ghostcard/base/random.h>
#include <ghostcard/dma/buffer_layout.h>
#include <tests/support/catch.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace ghostcard;
using dma::BufferLayout;

namespace {

constexpr std::uint64_t frame_1080p_yuy2 = 4'147'200;  // 1920 x 1080 x 2 bytes
using Offsets = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("frames lie at the next multiple of the alignment", "[dma][buffer_layout]") {
    const auto packed = BufferLayout::of(frame_1080p_yuy2, 3, {.alignment = 64});
    CHECK(packed.frames == Offsets{0, 4'147'200, 8'294'400});  // 4,147,200 is a multiple of 64...
    CHECK(packed.length == 12'441'600);
    const auto spread = BufferLayout::of(frame_1080p_yuy2, 3, {.alignment = 4096});
    CHECK(spread.frames == Offsets{0, 4'149'248, 8'298'496});  // ...but not of 4096
    CHECK(spread.length == 12'445'696);
    CHECK(spread.constraints.alignment == 4096);
}

TEST_CASE("frames that fit between two boundaries together bind the buffer, not its alignment",
          "[dma][buffer_layout]") {
    const auto layout = BufferLayout::of(1000, 4, {.alignment = 256, .boundary = 4096});
    CHECK(layout.frames == Offsets{0, 1024, 2048, 3072});
    CHECK(layout.constraints.alignment == 256);
    CHECK(layout.constraints.boundary == 4096);
}

TEST_CASE("frames that do not are spread over several blocks, and the buffer begins with one", "[dma][buffer_layout]") {
    const auto layout = BufferLayout::of(1500, 5, {.alignment = 4, .boundary = 4096});
    CHECK(layout.frames == Offsets{0, 1500, 4096, 5596, 8192});
    CHECK(layout.length == 8192 + 1500);
    CHECK(layout.constraints.alignment == 4096);
    CHECK(layout.constraints.boundary == 0);
}

TEST_CASE("every frame of a layout meets the constraints wherever the buffer does", "[dma][buffer_layout]") {
    Random random(1, "layouts");
    for (int i = 0; i < 2000; ++i) {
        DmaConstraints constraints{.alignment = 1ull << random.below(24), .boundary = 0, .address_bits = 40};
        std::uint64_t most = 1u << 20;
        if (random.below(3) != 0) {
            constraints.boundary = 1ull << (2 + random.below(28));
            most = std::min(most, constraints.boundary);
        }
        const std::uint64_t frame = 1 + random.below(most);
        const auto count = static_cast<unsigned>(1 + random.below(16));
        const auto layout = BufferLayout::of(frame, count, constraints);
        REQUIRE(layout.frames.size() == count);
        REQUIRE(layout.constraints.valid());
        REQUIRE((layout.constraints.boundary == 0 || layout.length <= layout.constraints.boundary));

        const std::uint64_t base = layout.constraints.alignment * random.below(8);
        if (!layout.constraints.allow(*BusRange::of({base}, layout.length))) continue;
        for (std::size_t slot = 0; slot < layout.frames.size(); ++slot) {
            REQUIRE(constraints.allow(*BusRange::of({base + layout.frames[slot]}, frame)));
            const std::uint64_t end = slot + 1 < count ? layout.frames[slot + 1] : layout.length;
            REQUIRE(layout.frames[slot] + frame <= end);
        }
    }
}
