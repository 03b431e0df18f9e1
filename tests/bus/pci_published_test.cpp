// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"
#include "tests/support/answer.h"
#include "tests/support/table.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace ghostcard::bus::pci;

namespace {

Row published(const std::string& name, const std::string& width = "32", const std::string& clock = "33") {
    for (Row& row : read_table("pci_published_and_measured.csv"))
        if (row.at("case") == name && row.at("width_bits") == width && row.at("mhz") == clock) return row;
    throw std::runtime_error("no row " + name);
}

TransactionRecord burst(const PciSettings& settings, TargetTiming target, std::size_t bytes, bool rival = false,
                        unsigned latency_timer = Run::no_latency_timer) {
    RuleBench bench(settings);
    bench.memory.how = target;
    Run wanted = bench.run(Command::memory_write, bytes);
    wanted.wide = true;
    wanted.latency_timer = latency_timer;
    bench.add_run(wanted, 2);
    if (rival) bench.add_run(bench.run(Command::memory_write, 4), 3);
    bench.simulate();
    return bench.records().front();
}

/// MB/s (10^6) of bursts that follow each other.
double rate(const PciSettings& settings, TargetTiming target, std::size_t bytes) {
    return std::stod(answer_of_own_process([&] {
        sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
        const Duration time = burst(settings, target, bytes).clocks * clock_period(settings.clock);
        return std::to_string(static_cast<double>(bytes) * 1e6 / static_cast<double>(time.count()));
    }));
}

}  // namespace

// PCI 2.0, 3.4.4.1 by https://blog.csdn.net/dnfestivi/article/details/107356159.
TEST_CASE("with latency timer 40 and 8 clocks to the first data a master moves 32 words and is off in 48 clocks",
          "[bus][published]") {
    CHECK_THAT(published("PCI spec 2.0 text (Chinese reproduction)").at("clocks_or_time"), contains("48 clocks"));
    under_both_timings([](Timing timing) {
        const auto record = burst({.timing = timing}, {Decode::medium, 5, 0}, 1024, true, 40);
        CHECK(record.first_data_clock == 8);
        CHECK(record.last_data_clock == 41);
        CHECK(record.data_phases >= 32);
    });
    // The 48 are those of a last data phase that begins in clock 41 and takes the 8 clocks that a target may take.
    under_both_timings([](Timing timing) {
        const auto record = burst({.timing = timing}, {Decode::medium, 5, 7}, 1024, true, 40);
        CHECK(record.last_data_clock == 48);
        CHECK(48 * clock_period({33'000'000}) == nanoseconds(1440));
    });
}

// http://www.xilinx.com/support/answers/20858.html: 5 clocks besides 256 data phases.
TEST_CASE("256 words with 5 clocks of overhead take 261 clocks", "[bus][published]") {
    const auto row = published("Xilinx LogiCORE PCI AR#20858");
    CHECK_THAT(row.at("clocks_or_time"), contains("261 clocks / 7.83 us"));
    under_both_timings([](Timing timing) {
        const auto record = burst({.timing = timing}, {Decode::medium, 2, 0}, 1024);
        CHECK(record.clocks == 261);
        CHECK(record.clocks * clock_period({33'000'000}) == nanoseconds(7830));
    });
    CHECK(rate({}, {Decode::medium, 2, 0}, 1024) == Approx(130.8).margin(0.05));
}

// http://www.lostcircuits.com/hdd/hdd5/3.shtml: 8 clocks of access and 24 of data.
TEST_CASE("24 words with 8 clocks of access take 32 clocks, 100 MB/s", "[bus][published]") {
    const auto row = published("PCI rule of thumb, 8-clock access latency, LT=32");
    CHECK_THAT(row.at("clocks_or_time"), contains("32 clocks"));
    under_both_timings([](Timing timing) {
        CHECK(burst({.timing = timing}, {Decode::medium, 5, 0}, 96).clocks == 32);
    });
    CHECK(rate({}, {Decode::medium, 5, 0}, 96) == Approx(100.0));
}

// https://beowulf.org/pipermail/beowulf/2001-December/005647.html: the best boards. A measured rate says neither the
// length of its bursts nor the wait states; the rules only tell which bursts without waits reach it.
TEST_CASE("the best measured rates are reached by bursts of some hundred bytes, and not by shorter ones",
          "[bus][published]") {
    struct Case {
        const char *width, *clock;
        PciSettings settings;
        std::size_t too_short, long_enough;
    };
    for (const Case& c : {Case{"32", "33", {}, 256, 512}, Case{"64", "33", {.width = 64}, 256, 512},
                          Case{"64", "66", {.clock = {66'000'000}, .width = 64}, 512, 1024}}) {
        const double measured = std::stod(published("Beowulf list, Myricom tool", c.width, c.clock).at("MBps"));
        CAPTURE(c.width, c.clock, measured);
        CHECK(rate(c.settings, {Decode::medium}, c.too_short) < measured);
        CHECK(rate(c.settings, {Decode::medium}, c.long_enough) > measured);
    }
}

// Vendors' manuals (ADLINK PCI-7300A, DALSA PC2-CamLink, Matrox Meteor-II): what they promise the rules allow.
TEST_CASE("the rates that vendors of capture cards promise need no more than 32 words a burst", "[bus][published]") {
    CHECK_THAT(published("ADLINK PCI-7300A (PLX 9080), typical north bridge").at("MBps"), contains("120 typ; 80"));
    CHECK(rate({}, {Decode::medium}, 16 * 4) < 120);
    CHECK(rate({}, {Decode::medium}, 32 * 4) > 120);
    CHECK(published("DALSA PC2-CamLink").at("MBps") == "80");
    CHECK(rate({}, {Decode::medium}, 4 * 4) < 80);
    CHECK(rate({}, {Decode::medium}, 8 * 4) > 80);
    CHECK_THAT(published("Matrox Meteor-II family, 440LX/BX").at("MBps"), contains("35 / 42"));
    CHECK(rate({}, {Decode::medium}, 2 * 4) > 42);
}

// Linux, ATM_ENI_TUNE_BURST: 16.9 MB/s with 8-word bursts and 12.9 with 16-word ones on a 440FX. That longer bursts are
// slower cannot follow from the bus's rules: it is a flaw of that chipset, and no setting of ours shows it.
TEST_CASE("by the rules a longer burst is never slower, unlike on the 440FX", "[bus][published]") {
    CHECK_THAT(published("440FX, ENI ATM NIC").at("MBps"), contains("16.9"));
    for (const unsigned waits : {0u, 8u})
        CHECK(rate({}, {Decode::medium, waits, 0}, 16 * 4) > rate({}, {Decode::medium, waits, 0}, 8 * 4));
}
