// SPDX-License-Identifier: MIT
#include "tests/scenarios/served/served_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;

namespace {

constexpr Duration none = Duration::zero();

}  // namespace

TEST_CASE("a read that finds the same again lets 1 us pass, twice as much each further time, and 5 ms at the most",
          "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            bench.enable();
            bench.read(Id::offset);
            CHECK(bench.advance() == none);
            for (unsigned doublings = 0; doublings < 13; ++doublings) {
                bench.read(Id::offset);
                CHECK(bench.advance() == microseconds(1 << doublings));
                CHECK(bench.advance() == none);
            }
            for (int i = 0; i < 3; ++i) {
                bench.read(Id::offset);
                CHECK(bench.advance() == milliseconds(5));
            }
        });
    });
}

TEST_CASE("a read that finds something else, and a write, begin the polling anew", "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            bench.enable();
            for (int i = 0; i < 5; ++i) bench.read(Id::offset);
            CHECK(bench.advance() == microseconds(8));
            bench.read(Version::offset);
            CHECK(bench.advance() == none);
            for (int i = 0; i < 2; ++i) bench.read(Version::offset);
            CHECK(bench.advance() == microseconds(2));
            bench.write(Scratch::offset, 1);
            bench.read(Version::offset);
            CHECK(bench.advance() == microseconds(1));
            bench.read(Scratch::offset);
            bench.write(Scratch::offset, 2);
            bench.read(Scratch::offset);
            CHECK(bench.advance() == none);
        });
    });
}

TEST_CASE("time runs while an operation does, and stands while its interrupt is not acknowledged", "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            bench.map_memory(memory_file(ServedBench::memory_size));
            bench.enable();
            constexpr auto forced = Value<InterruptStatus>{}.with<InterruptStatus::Forced>(1).raw();
            bench.write(InterruptEnable::offset, forced);
            bench.start_capture();
            REQUIRE(bench.shows_busy());
            CHECK(bench.advance() == milliseconds(1));
            bench.write(InterruptForce::offset, forced);
            REQUIRE((bench.read(InterruptStatus::offset) & forced) != 0);
            CHECK(bench.card.line_asserted());
            CHECK(bench.lines == 1);
            for (int i = 0; i < 3; ++i) CHECK(bench.advance() == none);
            bench.write(InterruptStatus::offset, forced);
            REQUIRE(bench.shows_busy());
            CHECK_FALSE(bench.card.line_asserted());
            CHECK(bench.advance() == milliseconds(1));
            CHECK(bench.lines == 1);
        });
    });
}

TEST_CASE("a step of time ends with the interrupt that tells of the end of an operation", "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            bench.map_memory(memory_file(ServedBench::memory_size));
            bench.enable();
            bench.write(InterruptEnable::offset, Value<InterruptStatus>{}.with<InterruptStatus::FrameDone>(1).raw());
            bench.start_capture();
            Duration last{};
            for (int i = 0; i < 200 && bench.lines == 0; ++i) last = bench.advance();
            CHECK(bench.lines == 1);
            CHECK(last > none);
            CHECK(last < milliseconds(1));
            CHECK_FALSE(bench.shows_busy());
            CHECK(bench.advance() == none);
        });
    });
}
