// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"

#include <ghostcard/base/random.h>
#include <ghostcard/model/dma_engine.h>

#include <algorithm>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::model;
using registers::DmaErrorCode;
using registers::PixelFormat;

namespace {

/// Card memory with a signal of 64x48 YUY2 at 25 frames per second, and the engine on top; no kernel, no bus.
struct Bench {
    explicit Bench(DmaEngineSettings settings = {}, std::uint64_t capacity = 1 << 20, const char* mode = "64x48@25")
        : video(open_signal({mode, "noise", PixelFormat::yuy2}, 1), 1, std::nullopt),
          layout(video.raster(), PixelFormat::yuy2, 0),
          memory(capacity, video),
          engine(settings, memory) {}

    void begin_frame(Duration when) { memory.begin(video.begin_frame(when, PixelFormat::yuy2), layout, when); }
    void start(std::uint64_t address, std::uint64_t length, std::uint64_t burst = 256) {
        engine.start({{address}, length, burst}, length, true);
    }
    /// Lets the bus take all that the engine has to give at this instant.
    DmaEngine::Step run(Duration now) {
        for (;;) {
            DmaEngine::Step step = engine.next(now, false);
            const auto* const transfer = std::get_if<DmaEngine::Transfer>(&step);
            if (!transfer) return step;
            written += transfer->data.size();
            engine.moved(transfer->data.size(), now);
            engine.transfer_ended(DmaErrorCode::none);
        }
    }
    Duration frame_end() const { return video.raster().instant_of(video.raster().frame_clocks()); }

    VideoInput video;
    FrameLayout layout;
    CardMemory memory;
    DmaEngine engine;
    std::uint64_t written = 0;
};

constexpr std::uint64_t frame_bytes = 64 * 48 * 2;

DmaErrorCode code_of(const DmaEngine::Step& step) {
    REQUIRE(std::holds_alternative<DmaEngine::Finished>(step));
    return std::get<DmaEngine::Finished>(step).code;
}

}  // namespace

TEST_CASE("a descriptor that breaks a rule ends in that rule's error and moves nothing", "[model][dma]") {
    struct Case {
        std::uint64_t address, length;
        DmaErrorCode code;
    };
    const auto c = GENERATE(
        Case{0x10000, frame_bytes, DmaErrorCode::none}, Case{0x10020, frame_bytes, DmaErrorCode::alignment},
        Case{0x10000, 0, DmaErrorCode::length_zero}, Case{0x10000, frame_bytes + 2, DmaErrorCode::length_multiple},
        Case{0x10000, 0x10008, DmaErrorCode::length_too_long},
        Case{0x1'0000'0000 - 64, frame_bytes, DmaErrorCode::address_width},
        Case{0x1'0000'0000, frame_bytes, DmaErrorCode::address_width},
        Case{0xffff'ffff'ffff'ffc0, frame_bytes, DmaErrorCode::address_width},
        Case{0x20000 - 64, frame_bytes, DmaErrorCode::boundary});
    CAPTURE(c.address, c.length);
    Bench bench({.max_length = {0x10000}, .boundary = {0x20000}, .address_bits = 32});
    bench.begin_frame(Duration{});
    bench.start(c.address, c.length);
    CHECK(bench.engine.busy());
    CHECK(code_of(bench.run(bench.frame_end())) == c.code);
    CHECK(bench.written == (c.code == DmaErrorCode::none ? frame_bytes : 0));
    CHECK_FALSE(bench.engine.busy());
}

TEST_CASE("an engine that may not be bus master refuses to start", "[model][dma]") {
    Bench bench;
    bench.begin_frame(Duration{});
    bench.engine.start({{0x10000}, frame_bytes, 256}, frame_bytes, false);
    CHECK(code_of(bench.run(bench.frame_end())) == DmaErrorCode::bus_master_off);
    CHECK(bench.written == 0);
}

TEST_CASE("a burst goes out when all its bytes have arrived, not a picosecond sooner", "[model][dma]") {
    Bench bench;
    bench.begin_frame(Duration{});
    bench.start(0x10000, frame_bytes, 64);
    const Duration ready = bench.video.raster().instant_of(32);  // 2 bytes a pixel
    const auto step = bench.engine.next(ready - Duration(1), false);
    REQUIRE(std::holds_alternative<DmaEngine::Wait>(step));
    CHECK(std::get<DmaEngine::Wait>(step).until == ready);
    const auto next = bench.engine.next(ready, false);
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(next));
    CHECK(std::get<DmaEngine::Transfer>(next).data.size() == 64);
    CHECK(std::get<DmaEngine::Transfer>(next).address == BusAddress{0x10000});
}

TEST_CASE("the engine asks for all whole bursts that memory holds, and for the rest at the end", "[model][dma]") {
    Bench bench;
    bench.begin_frame(Duration{});
    bench.start(0x10000, frame_bytes, 100);
    const auto step =
        bench.engine.next(bench.layout.arrived(170) == 256 ? bench.video.raster().instant_of(170)
                                                           : bench.video.raster().instant_of(64 + 224 + 64),
                          false);
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(step));
    CHECK(std::get<DmaEngine::Transfer>(step).data.size() == 200);
    bench.engine.moved(200, Duration{});
    bench.engine.transfer_ended(DmaErrorCode::none);
    const auto rest = bench.engine.next(bench.frame_end(), false);
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(rest));
    CHECK(std::get<DmaEngine::Transfer>(rest).data.size() == frame_bytes - 200);
}

TEST_CASE("an operation without a frame waits for one", "[model][dma]") {
    Bench bench;
    bench.start(0x10000, frame_bytes);
    const auto step = bench.engine.next(Duration{}, false);
    REQUIRE(std::holds_alternative<DmaEngine::Wait>(step));
    CHECK_FALSE(std::get<DmaEngine::Wait>(step).until);
    bench.begin_frame(Duration{});
    const auto finished = bench.run(bench.frame_end());
    CHECK(code_of(finished) == DmaErrorCode::none);
    CHECK(std::get<DmaEngine::Finished>(finished).frame->number == 0);
}

TEST_CASE("parts of a linear frame follow each other; only the last one finishes it", "[model][dma]") {
    Bench bench;
    bench.begin_frame(Duration{});
    bench.start(0x10000, 4096);
    const auto first = bench.run(bench.frame_end());
    CHECK(code_of(first) == DmaErrorCode::none);
    CHECK_FALSE(std::get<DmaEngine::Finished>(first).frame);
    CHECK(bench.engine.transferred() == 4096);
    bench.start(0x80000, 4096);
    auto step = bench.engine.next(bench.frame_end(), false);
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(step));
    CHECK(std::get<DmaEngine::Transfer>(step).address == BusAddress{0x80000});
    const auto last = bench.run(bench.frame_end());
    CHECK(std::get<DmaEngine::Finished>(last).frame);
    CHECK(bench.engine.transferred() == frame_bytes - 4096);
}

TEST_CASE("a part of a frame whose lines are no single run is refused", "[model][dma]") {
    Bench bench({}, 1 << 21, "480i59.94");
    bench.begin_frame(Duration{});
    bench.start(0x10000, 4096);
    CHECK(code_of(bench.run(bench.frame_end())) == DmaErrorCode::layout);
    CHECK(bench.written == 0);
    CHECK(bench.memory.front() != nullptr);
}

TEST_CASE("a bus error ends the operation, and a frame half moved is thrown away", "[model][dma]") {
    const auto code = GENERATE(DmaErrorCode::master_abort, DmaErrorCode::target_abort);
    const auto moved = GENERATE(0u, 256u);
    Bench bench;
    bench.begin_frame(Duration{});
    bench.start(0x10000, frame_bytes);
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(bench.engine.next(bench.frame_end(), false)));
    if (moved > 0) bench.engine.moved(moved, bench.frame_end());
    bench.engine.transfer_ended(code);
    const auto finished = bench.engine.next(bench.frame_end(), false);
    CHECK(code_of(finished) == code);
    CHECK(std::get<DmaEngine::Finished>(finished).frame_lost == (moved > 0));
    CHECK((bench.memory.front() == nullptr) == (moved > 0));
}

TEST_CASE("an abort ends the operation at the next step, unless all has been moved", "[model][dma]") {
    Bench bench;
    bench.begin_frame(Duration{});
    bench.start(0x10000, frame_bytes);
    bench.engine.cancel(DmaErrorCode::aborted);
    CHECK(bench.engine.cancelling());
    CHECK(code_of(bench.run(bench.frame_end())) == DmaErrorCode::aborted);

    bench.start(0x10000, frame_bytes);
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(bench.engine.next(bench.frame_end(), false)));
    bench.engine.cancel(DmaErrorCode::aborted);
    bench.engine.moved(frame_bytes, bench.frame_end());
    bench.engine.transfer_ended(DmaErrorCode::none);
    CHECK(code_of(bench.run(bench.frame_end())) == DmaErrorCode::none);
}

TEST_CASE("a reset while the bus is at work stays busy until the bus lets go, and reports nothing", "[model][dma]") {
    Bench bench;
    bench.begin_frame(Duration{});
    bench.start(0x10000, frame_bytes);
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(bench.engine.next(bench.frame_end(), false)));
    bench.engine.reset();
    bench.memory.clear();
    CHECK(bench.engine.busy());
    CHECK(bench.engine.cancelling());
    bench.engine.moved(256, bench.frame_end());
    bench.engine.transfer_ended(DmaErrorCode::none);
    CHECK_FALSE(bench.engine.busy());
    CHECK(std::holds_alternative<DmaEngine::Wait>(bench.engine.next(bench.frame_end(), false)));
    bench.begin_frame(bench.frame_end());
    bench.start(0x10000, frame_bytes);
    CHECK(code_of(bench.run(2 * bench.frame_end())) == DmaErrorCode::none);
}

TEST_CASE("memory overflows with the first byte that has no room", "[model][memory]") {
    Bench bench({}, 512);
    bench.begin_frame(Duration{});
    const auto overflow = bench.memory.overflow_at();
    REQUIRE(overflow);
    CHECK(*overflow == bench.video.raster().instant_of(bench.layout.clocks_until(513)));
    CHECK(bench.memory.level(*overflow - Duration(1)) == 512);
    CHECK_FALSE(bench.memory.tear_if_overflowed(*overflow));  // what leaves at that very instant still makes room
    CHECK(bench.memory.tear_if_overflowed(*overflow + Duration(1)));
    CHECK(bench.memory.level(*overflow) == 0);
    CHECK(bench.memory.high_water(*overflow) == 512);
}

TEST_CASE("bytes that leave put the overflow off", "[model][memory]") {
    Bench bench({}, 512);
    bench.begin_frame(Duration{});
    const Duration early = bench.video.raster().instant_of(bench.layout.clocks_until(256));
    bench.memory.take(256, early);
    CHECK(*bench.memory.overflow_at() == bench.video.raster().instant_of(bench.layout.clocks_until(769)));
}

TEST_CASE("many bytes that leave are like each of them, whatever the level was before", "[model][memory]") {
    const auto burst = GENERATE(32u, 96u, 1024u);
    const auto whole_frame_waits = GENERATE(false, true);
    Bench one_by_one, at_once;
    Random random(burst, "how late each of them leaves");
    std::vector<Duration> instants;
    for (Bench* const bench : {&one_by_one, &at_once}) {
        bench->begin_frame(Duration{});
        if (whole_frame_waits) bench->begin_frame(bench->frame_end());
        bench->memory.reset_high_water();
    }
    Duration last = whole_frame_waits ? one_by_one.frame_end() : Duration{};
    for (std::uint64_t bytes = burst; bytes <= frame_bytes; bytes += burst) {
        const auto late = microseconds(static_cast<std::int64_t>(random.below(30)));
        last = std::max(last, one_by_one.memory.available_at(bytes) + late);
        instants.push_back(last);
    }
    std::vector<Duration> ready(instants.size());
    at_once.memory.available_at_each(burst, burst, ready);
    for (std::size_t i = 0; i < ready.size(); ++i)
        if (ready[i] != one_by_one.memory.available_at((i + 1) * burst)) FAIL("burst " << i);
    for (const std::size_t size : {std::size_t{1}, std::size_t{4}, instants.size() - 5}) {
        const std::vector<Duration> part(instants.begin(), instants.begin() + static_cast<std::ptrdiff_t>(size));
        instants.erase(instants.begin(), instants.begin() + static_cast<std::ptrdiff_t>(size));
        for (const Duration at : part) one_by_one.memory.take(burst, at);
        at_once.memory.take_at_each(burst, part);
        CHECK(at_once.memory.high_water(Duration{}) == one_by_one.memory.high_water(Duration{}));
        CHECK(at_once.memory.level(last) == one_by_one.memory.level(last));
    }
    CHECK(at_once.memory.high_water(Duration{}) > burst);
}

TEST_CASE("a frame torn under the engine ends the operation with an overrun", "[model][dma]") {
    Bench bench({}, 512);
    bench.begin_frame(Duration{});
    bench.start(0x10000, frame_bytes);
    const Duration ready = bench.video.raster().instant_of(bench.layout.clocks_until(256));
    REQUIRE(std::holds_alternative<DmaEngine::Transfer>(bench.engine.next(ready, false)));
    const Duration overflow = *bench.memory.overflow_at();
    REQUIRE(bench.memory.tear_if_overflowed(overflow + Duration(1)));
    bench.engine.frame_torn(true);
    bench.engine.moved(256, overflow);
    bench.engine.transfer_ended(DmaErrorCode::none);
    CHECK(code_of(bench.engine.next(overflow, false)) == DmaErrorCode::overrun);
}

TEST_CASE("a frame torn before anything of it was moved leaves the operation waiting for the next", "[model][dma]") {
    Bench bench({}, 512);
    bench.start(0x10000, frame_bytes, 8192);
    bench.begin_frame(Duration{});
    const Duration overflow = *bench.memory.overflow_at();
    REQUIRE(bench.memory.tear_if_overflowed(overflow + Duration(1)));
    bench.engine.frame_torn(true);
    CHECK(std::holds_alternative<DmaEngine::Wait>(bench.engine.next(overflow, false)));
    CHECK(bench.engine.busy());
}
