// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace ghostcard::bus::pci;

namespace {

struct Case {
    unsigned latency_timer;
    TargetTiming target{Decode::fast};
    std::uint64_t cache_line = 0;
    unsigned rival_asks = 2;  ///< In which bus clock the other master comes to want the bus; 0: never.
};

/// The first transaction of a long write that begins in bus clock 2, for which the bus is parked at its master.
TransactionRecord first_of(Timing timing, const Case& c) {
    RuleBench bench({.timing = timing, .parking = Parking::host, .cache_line = c.cache_line});
    bench.memory.how = c.target;
    Run wanted = bench.run(Command::memory_write, 1024);
    wanted.latency_timer = c.latency_timer;
    wanted.cache_line = c.cache_line;
    bench.add_run(wanted, 2);
    if (c.rival_asks != 0) bench.add_run(bench.run(Command::memory_write, 4), c.rival_asks);
    bench.simulate();
    return bench.records().front();
}

void check_last_data(const Case& c, unsigned clock) {
    CAPTURE(c.latency_timer, c.cache_line);
    under_both_timings([&](Timing timing) {
        const auto record = first_of(timing, c);
        CHECK(record.last_data_clock == clock);
        CHECK(record.termination == Termination::timeout);
    });
}

}  // namespace

// PCI 2.3, 3.3.3.1 and 3.5.4.1; pci_rules.csv R15. Without wait states a data phase ends in each clock.
TEST_CASE("with latency timer L and GNT# gone the last data phase is that of clock L + 1", "[bus][latency_timer]") {
    for (const unsigned timer : {8u, 9u, 16u, 64u}) check_last_data({.latency_timer = timer}, timer + 1);
}

TEST_CASE("a latency timer of 0 leaves the data phase that begins when GNT# has been seen gone",
          "[bus][latency_timer]") {
    // The rival's REQ# shows in clock 2 of the transaction, GNT# goes in 3, and FRAME# in 4.
    check_last_data({.latency_timer = 0, .rival_asks = 3}, 4);
    check_last_data({.latency_timer = 0, .rival_asks = 4}, 5);
}

TEST_CASE("a latency timer that runs out ends nothing as long as GNT# is there", "[bus][latency_timer]") {
    under_both_timings([](Timing timing) {
        const auto record = first_of(timing, {.latency_timer = 8, .rival_asks = 0});
        CHECK(record.termination == Termination::completed);
        CHECK(record.data_phases == 256);
    });
}

TEST_CASE("GNT# that goes ends nothing as long as the latency timer runs", "[bus][latency_timer]") {
    under_both_timings([](Timing timing) {
        const auto record = first_of(timing, {.latency_timer = 300});
        CHECK(record.termination == Termination::completed);
        CHECK(record.data_phases == 256);
    });
}

// PCI 2.3, 3.2.1: FRAME# stays once IRDY# is asserted, so the data phase under way is followed by another one.
TEST_CASE("the latency timer ends a burst with the next data phase that begins, not within one",
          "[bus][latency_timer][regression]") {
    // Three wait states: data in clocks 2, 6, 10, 14, 18; phases begin in 2, 3, 7, 11, 15.
    const TargetTiming waits{Decode::fast, 0, 3};
    check_last_data({.latency_timer = 8, .target = waits}, 14);
    check_last_data({.latency_timer = 10, .target = waits}, 14);
    check_last_data({.latency_timer = 11, .target = waits}, 18);
    // Data in clocks 8 and 9: the timer runs out while the first is awaited.
    check_last_data({.latency_timer = 4, .target = {Decode::fast, 6, 0}}, 9);
}

// PCI 2.3, 3.3.3.1; pci_rules.csv R22. Eight data phases of a line end in clocks 2 to 9, 10 to 17, 18 to 25.
TEST_CASE("a memory write and invalidate goes on to the end of its line", "[bus][latency_timer]") {
    check_last_data({.latency_timer = 8, .cache_line = 32}, 9);
    check_last_data({.latency_timer = 9, .cache_line = 32}, 17);
    check_last_data({.latency_timer = 16, .cache_line = 32}, 17);
    check_last_data({.latency_timer = 17, .cache_line = 32}, 25);
}

TEST_CASE("a burst that its latency timer ended goes on where it stopped", "[bus][latency_timer]") {
    under_both_timings([](Timing timing) {
        RuleBench bench({.timing = timing});
        bench.memory.how = {Decode::fast};
        Run wanted = bench.run(Command::memory_write, 128);
        wanted.latency_timer = 16;
        bench.add_run(wanted, 2);
        bench.add_run(bench.run(Command::memory_write, 4), 3);
        bench.simulate();
        const auto records = bench.records();
        REQUIRE(records.size() == 3);
        CHECK(records[1].master == 1);
        CHECK(records[2].address == records[0].address + records[0].bytes);
        CHECK(records[0].bytes + records[2].bytes == 128);
    });
}
