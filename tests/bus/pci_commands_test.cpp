// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"

#include <map>

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace ghostcard::bus::pci;

namespace {

AddressPhase next(Command command, std::uint64_t address, std::size_t bytes, std::uint64_t cache_line) {
    std::vector<std::byte> data(bytes);
    const Run run{
        .command = command, .address = {address}, .data = data, .burst_bytes = bytes, .cache_line = cache_line};
    return run.next();
}

}  // namespace

// PCI 2.3, 3.1.2, table 3-1.
TEST_CASE("reads name how much of the cache lines they want", "[bus][commands]") {
    const auto read = [](std::size_t bytes) { return next(Command::memory_read, 0x1000, bytes, 32).command; };
    CHECK(read(16) == Command::memory_read);
    CHECK(read(17) == Command::memory_read_line);
    CHECK(read(96) == Command::memory_read_line);
    CHECK(read(97) == Command::memory_read_multiple);
    CHECK(next(Command::memory_read, 0x1000, 97, 0).command == Command::memory_read);  // no line is configured
}

// PCI 2.3, 3.1.1; pci_rules.csv R22 (Am79C976 data sheet).
TEST_CASE("memory write and invalidate begins at a line and takes whole ones only", "[bus][commands]") {
    const auto write = [](std::uint64_t address, std::size_t bytes) {
        const AddressPhase phase = next(Command::memory_write, address, bytes, 32);
        return std::pair(phase.command, phase.length);
    };
    const auto invalidate = Command::memory_write_and_invalidate;
    CHECK(write(0x1000, 32) == std::pair(invalidate, std::uint64_t{32}));
    CHECK(write(0x1000, 31) == std::pair(Command::memory_write, std::uint64_t{31}));
    CHECK(write(0x1000, 95) == std::pair(invalidate, std::uint64_t{64}));
    CHECK(write(0x1004, 92) == std::pair(Command::memory_write, std::uint64_t{92}));
}

// PCI 2.3, 3.9; pci_rules.csv R28.
TEST_CASE("a dual address cycle is used from 4 GiB on and not below", "[bus][commands]") {
    CHECK(next(Command::memory_write, 0xffff'fffc, 4, 0).clocks == 1);
    CHECK(next(Command::memory_write, 0x1'0000'0000, 4, 0).clocks == 2);
}

TEST_CASE("what is left behind whole lines goes as a memory write of its own", "[bus][commands]") {
    under_both_timings([](Timing timing) {
        RuleBench bench({.timing = timing, .cache_line = 32});
        Run wanted = bench.run(Command::memory_write, 72);
        wanted.cache_line = 32;
        bench.add_run(wanted);
        bench.simulate();
        const auto records = bench.records();
        REQUIRE(records.size() == 2);
        CHECK(records[0].command == Command::memory_write_and_invalidate);
        CHECK(records[0].bytes == 64);
        CHECK(records[1].command == Command::memory_write);
        CHECK(records[1].bytes == 8);
    });
}

// PCI 2.3, 3.8: without ACK64# a 64-bit master goes on with 32 bits.
TEST_CASE("a 64-bit master needs twice the data phases at a 32-bit target or on a 32-bit bus", "[bus][commands]") {
    struct Case {
        unsigned bus, target;
        bool wide;
        unsigned phases;
    };
    for (const Case& c :
         {Case{64, 64, true, 8}, Case{64, 32, true, 16}, Case{32, 64, true, 16}, Case{64, 64, false, 16}}) {
        CAPTURE(c.bus, c.target, c.wide);
        under_both_timings([&c](Timing timing) {
            RuleBench bench({.timing = timing, .width = c.bus});
            bench.memory.how.width = c.target;
            Run wanted = bench.run(Command::memory_write, 64);
            wanted.wide = c.wide;
            bench.add_run(wanted);
            bench.simulate();
            CHECK(bench.records().front().data_phases == c.phases);
            for (const auto& clock : bench.recorder.clocks) {
                CHECK(clock.pins.req64 == (clock.pins.frame && c.wide && c.bus == 64));
                CHECK(clock.pins.ack64 == (clock.pins.devsel && c.phases == 8));
            }
        });
    }
}
