// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"

#include "tests/support/answer.h"

#include <map>

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace ghostcard::bus::pci;

namespace {

/// How often each of four masters that always ask gets the bus in twelve turns.
std::map<unsigned, int> turns(Timing timing, Arbitration arbitration) {
    RuleBench bench({.timing = timing, .arbitration = arbitration}, 4);
    for (int i = 0; i < 4; ++i) bench.add_run(bench.run(Command::memory_write, 640, 32));
    bench.simulate();
    std::map<unsigned, int> turns;
    const auto records = bench.records();
    for (std::size_t i = 4; i < 16; ++i) ++turns[records[i].master];
    return turns;
}

/// Clocks from the first address phase to the last idle clock of a run in bursts of 16 bytes.
std::int64_t clocks_of(Timing timing, bool back_to_back, Command command, TargetTiming target, bool rival = false) {
    RuleBench bench({.timing = timing, .fast_back_to_back = back_to_back});
    bench.memory.how = target;
    bench.add_run(bench.run(command, 64, 16), 2);
    if (rival) bench.add_run(bench.run(command, 64, 16), 2);
    bench.simulate();
    const auto records = bench.records();
    const auto& last = records.back();
    return (last.start - records.front().start) / bench.period + last.clocks;
}

std::int64_t saved(Timing timing, Command command, TargetTiming target, bool rival = false) {
    std::int64_t clocks[2] = {};
    for (const bool on : {false, true})
        clocks[on] = std::stoll(answer_of_own_process([&] {
            sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
            return std::to_string(clocks_of(timing, on, command, target, rival));
        }));
    return clocks[0] - clocks[1];
}

}  // namespace

// PCI 2.3, 3.4: a fair arbiter.
TEST_CASE("round robin gives all masters equal turns under full load", "[bus][arbitration]") {
    under_both_timings([](Timing timing) {
        CHECK(turns(timing, Arbitration::round_robin) == std::map<unsigned, int>{{0, 3}, {1, 3}, {2, 3}, {3, 3}});
    });
}

// PCI 2.3, 3.4, implementation note on system arbitration algorithms.
TEST_CASE("a two-level arbiter gives the lower level one turn in three, shared by its masters", "[bus][arbitration]") {
    under_both_timings([](Timing timing) {
        CHECK(turns(timing, Arbitration::two_level) == std::map<unsigned, int>{{0, 4}, {1, 4}, {2, 2}, {3, 2}});
    });
}

// PCI 2.3, 3.4.2; pci_rules.csv R09.
TEST_CASE("fast back-to-back saves exactly the idle clock between two writes", "[bus][back_to_back]") {
    for (const Timing timing : {Timing::cycle, Timing::analytic}) {
        CHECK(saved(timing, Command::memory_write, {Decode::medium}) == 3);
        CHECK(saved(timing, Command::memory_write, {Decode::fast, 2, 1}) == 3);
    }
}

TEST_CASE("nothing begins back to back after a read, after STOP# or without GNT#", "[bus][back_to_back]") {
    for (const Timing timing : {Timing::cycle, Timing::analytic}) {
        CHECK(saved(timing, Command::memory_read, {Decode::medium}) == 0);
        // Two transactions a burst: of the seven joins only the three behind a whole burst are.
        CHECK(saved(timing, Command::memory_write, {.retry_after = 2}) == 3);
        CHECK(saved(timing, Command::memory_write, {.disconnect_after = 2}) == 3);
        CHECK(saved(timing, Command::memory_write, {Decode::medium}, true) == 0);
    }
}
