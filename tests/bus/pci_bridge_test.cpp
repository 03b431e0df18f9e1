// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"

#include <ghostcard/bus/host_bridge.h>
#include <ghostcard/bus/pci/pci_bridge.h>
#include <ghostcard/registers/pci_bridge_config.h>

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pci;
using namespace ghostcard::tests;

namespace {

constexpr BusAddress window{0xe000'0000};
constexpr unsigned number = 1;  // of each bridge on its bus

/// A host, two bridges in a row, and behind them a memory and two masters.
struct Bench {
    explicit Bench(Timing timing, std::uint64_t buffer = 256, Duration read_latency = {})
        : settings{.timing = timing},
          first(make_bus("first", settings)),
          middle(make_bus("middle", settings)),
          last(make_bus("last", settings)),
          host("host", memory, make_translation({.memory = {1 << 20}}, memory), {}),
          host_bridge("host_bridge", *first, host, {}, read_latency),
          upper("upper", *first, *middle, number, {0, 1, 0}, buffer),
          lower("lower", *middle, *last, number, {0, 1, 0}, buffer) {
        registers.base = window;
        last->attach_target(registers);
        last->attach_observer(below);
        first->attach_observer(above);
        for (unsigned& master : masters) master = last->attach_master({2, 1, 0});
    }

    void open() {
        for (unsigned i = 0; i < 2; ++i)
            for (const auto& [offset, value] : opening_writes(i, 2, *BusRange::of(window, 4096), settings))
                host_bridge.write_configuration(i * devices_of_bus + number, offset, value);
    }
    std::uint32_t load(BusAddress address) { return static_cast<CpuPort&>(host_bridge).read(address); }
    void store(BusAddress address, std::uint32_t value) { static_cast<CpuPort&>(host_bridge).write(address, value); }
    Run move(unsigned device, Command command, std::uint64_t address, std::span<std::byte> data) {
        Run run{.command = command, .address = {address}, .data = data, .burst_bytes = data.size()};
        last->transport(masters[device], run);
        return run;
    }
    std::byte seen(std::uint64_t physical) {
        host.settle();
        return memory.at(*PhysicalRange::of({physical}, 1))->front();
    }

    const PciSettings settings;
    HostMemory memory{1 << 20};
    std::unique_ptr<PciBus> first, middle, last;
    HostPort host;
    HostBridge host_bridge;
    PciBridge upper, lower;
    MemoryTarget registers;
    Recorder above, below;
    std::array<unsigned, 2> masters{};
};

template <class Body>
void with_bench(Body body, std::uint64_t buffer = 256, Duration read_latency = {}) {
    under_both_timings([&](Timing timing) {
        Bench bench(timing, buffer, read_latency);
        Thread thread("thread", [&] {
            bench.open();
            body(bench);
        });
        simulate(thread, milliseconds(5));
    });
}

}  // namespace

// PCI-to-PCI Bridge 1.1, 3.1.2.1 and 3.1.2.2.
TEST_CASE("a configuration request passes bridges as type 1 and reaches its bus as type 0", "[bus][bridge]") {
    with_bench([](Bench& bench) {
        const auto id = [&bench](unsigned bus, unsigned device) {
            return bench.host_bridge.read_configuration(bus * devices_of_bus + device, 0);
        };
        CHECK(id(0, number) == 0x6ca6'1234);
        CHECK(id(1, number) == 0x6ca6'1234);
        CHECK(id(1, number + 1) == 0xffff'ffff);
        CHECK(id(2, number) == 0xffff'ffff);
        CHECK(id(3, number) == 0xffff'ffff);  // no bus behind the bridges
        const auto numbers = [&bench](unsigned bus) {
            return bench.host_bridge.read_configuration(bus * devices_of_bus + number, registers::BusNumbers::offset);
        };
        CHECK((numbers(0) & 0xff'ffff) == 0x02'01'00);
        CHECK((numbers(1) & 0xff'ffff) == 0x02'02'01);
    });
}

// 4.2, 4.3; PCI 2.3, 3.3.3.3.
TEST_CASE("a load through bridges is retried until its data has come, and what nobody answers reads as ones",
          "[bus][bridge]") {
    with_bench([](Bench& bench) {
        bench.store(window + 8, 0x1122'3344);
        CHECK(bench.load(window + 8) == 0x1122'3344);  // behind the store
        const auto& records = bench.above.records;
        CHECK(records.back().termination == Termination::completed);
        CHECK(records[records.size() - 2].termination == Termination::retry);
        CHECK(bench.load({0xe010'0000}) == 0xffff'ffff);  // beside the window
        CHECK(bench.above.records.back().termination == Termination::master_abort);
    });
}

TEST_CASE("the writes of a device are posted, and a load of its registers finds them in memory", "[bus][bridge]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(128, std::byte{0x5a});
        const Run run = bench.move(0, Command::memory_write, 0x2000, data);
        CHECK(run.termination == Termination::completed);
        CHECK(bench.seen(0x207f) == std::byte{0});
        bench.load(window);
        CHECK(bench.seen(0x2000) == std::byte{0x5a});
        CHECK(bench.seen(0x207f) == std::byte{0x5a});
        CHECK(bench.seen(0x2080) == std::byte{0});
    });
}

TEST_CASE("a bridge that holds n bytes of writes takes n and stops the master at the next", "[bus][bridge]") {
    with_bench(
        [](Bench& bench) {
            std::vector<std::byte> data(64, std::byte{0x5a});
            bench.move(0, Command::memory_write, 0x2000, data);
            const auto& records = bench.below.records;
            REQUIRE(records.size() > 1);
            CHECK(records[0].bytes == 16);
            CHECK(records[0].termination == Termination::disconnect);
            bench.load(window);
            CHECK(bench.seen(0x203f) == std::byte{0x5a});
        },
        16);
}

// PCI 2.3, appendix E: posted writes pass delayed reads.
TEST_CASE("a write passes the read of another device that still waits", "[bus][bridge]") {
    under_both_timings([](Timing timing) {
        Bench bench(timing, 256, microseconds(5));
        bench.memory.at(*PhysicalRange::of({0x3000}, 1))->front() = std::byte{0x77};
        std::vector<std::byte> in(64), out(4, std::byte{0x5a});
        Duration read_at{}, written_at{};
        Thread reader("reader", [&] {
            bench.open();
            bench.move(0, Command::memory_read, 0x3000, in);
            read_at = simulated_now();
        });
        Thread writer("writer", [&] {
            while (bench.below.records.empty())
                sc_core::wait(to_sc_time(nanoseconds(100)));  // the read has been asked for
            bench.move(1, Command::memory_write, 0x2000, out);
            written_at = simulated_now();
        });
        simulate(reader, milliseconds(5));
        CHECK(in[0] == std::byte{0x77});
        CHECK(written_at != Duration{});
        CHECK(written_at < read_at);
    });
}

// PCI 2.3, appendix E: a read pushes the writes before it.
TEST_CASE("a device reads what it wrote before, through the bridges", "[bus][bridge]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> out(40, std::byte{0x5a}), in(64);
        bench.move(0, Command::memory_write, 0x2000, out);
        CHECK(bench.move(1, Command::memory_read, 0x2000, in).termination == Termination::completed);
        CHECK(in[39] == std::byte{0x5a});
        CHECK(in[40] == std::byte{0});
    });
}

TEST_CASE("what the host refuses is lost if it was posted, noted in the bridge, and told if it was read",
          "[bus][bridge]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(4, std::byte{0x5a});
        CHECK(bench.move(0, Command::memory_write, 0x7000'0000, data).termination == Termination::completed);
        bench.load(window);
        CHECK((bench.host_bridge.read_configuration(number, 4) >> 29 & 1) == 1);  // received master abort
        CHECK(bench.move(0, Command::memory_read, 0x7000'0000, data).termination == Termination::completed);
        CHECK(data[0] == std::byte{0xff});
    });
}
