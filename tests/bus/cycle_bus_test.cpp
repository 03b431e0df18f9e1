// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"
#include "tests/support/table.h"

#include <array>
#include <numeric>

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace ghostcard::bus::pci;

namespace {

/// One bus with a memory and two masters.
struct Bench {
    explicit Bench(PciSettings settings = {}) : period(clock_period(settings.clock)), bus("bus", settings) {
        memory.base = {0x1000'0000};
        bus.attach_target(memory);
        bus.attach_observer(recorder);
        bus.observe_pins(recorder);
        first = bus.attach_master({0, 0, 0});
        second = bus.attach_master({0, 1, 0});
    }

    Run run(Command command, std::span<std::byte> data, std::uint64_t burst_bytes = 0) const {
        return {.command = command,
                .address = memory.base,
                .data = data,
                .burst_bytes = burst_bytes == 0 ? data.size() : burst_bytes,
                .wide = true};
    }

    Duration period;
    MemoryTarget memory;
    Recorder recorder;
    CycleBus bus;
    unsigned first = 0;
    unsigned second = 0;
};

std::vector<std::byte> ramp(std::size_t size) {
    std::vector<std::byte> bytes(size);
    std::iota(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<unsigned char*>(bytes.data()) + size,
              static_cast<unsigned char>(1));
    return bytes;
}

const std::map<std::string, Decode> decodes{{"fast", Decode::fast}, {"medium", Decode::medium}, {"slow", Decode::slow}};

/// What one transaction by the first master takes.
TransactionRecord measure(const PciSettings& settings, TargetTiming timing, Command command, std::size_t bytes,
                          BusAddress base = {0x1000'0000}) {
    Bench bench(settings);
    bench.memory.base = base;
    bench.memory.how = timing;
    auto data = ramp(bytes);
    Thread master("master", [&] {
        Run run = bench.run(command, data);
        bench.bus.transport(bench.first, run);
        CHECK(run.termination == Termination::completed);
        CHECK(run.transferred == bytes);
    });
    simulate(master);
    REQUIRE(bench.recorder.records.size() == 1);
    return bench.recorder.records.front();
}

}  // namespace

// PCI 2.x protocol rules as tabulated in pci_txn_clocks_derived.csv: 192 transactions.
TEST_CASE("every tabulated transaction takes exactly its clocks", "[bus][table]") {
    const auto rows = read_table("pci_txn_clocks_derived.csv");
    REQUIRE(rows.size() == 192);
    for (const Row& row : rows) {
        const unsigned width = static_cast<unsigned>(std::stoul(row.at("width_bits")));
        const std::string operation = row.at("op");
        const std::size_t bytes = std::stoul(row.at("bytes"));
        CAPTURE(width, operation, row.at("devsel"), bytes, row.at("initial_wait_clocks"));
        in_own_simulation([&] {
            const PciSettings settings{.clock = {std::stoull(row.at("mhz_nominal")) * 1'000'000}, .width = width};
            const TargetTiming timing{decodes.at(row.at("devsel")),
                                      static_cast<unsigned>(std::stoul(row.at("initial_wait_clocks"))),
                                      static_cast<unsigned>(std::stoul(row.at("subsequent_wait_clocks_per_phase")))};
            const auto record =
                measure(settings, timing, operation == "read" ? Command::memory_read : Command::memory_write, bytes);
            CHECK(record.data_phases == std::stoul(row.at("data_phases")));
            CHECK(record.first_data_clock == std::stoul(row.at("first_data_clock")));
            CHECK(record.last_data_clock == std::stoul(row.at("last_data_clock")));
            CHECK(record.clocks == std::stoul(row.at("clocks_incl_1_idle")));
            const double seconds = record.clocks * std::chrono::duration<double>(clock_period(settings.clock)).count();
            CHECK(static_cast<double>(bytes) / seconds / 1e6 == Approx(std::stod(row.at("MBps"))).margin(0.005));
        });
    }
}

// PCI Local Bus Specification 2.x, section 3.5.4, "Latency for Different Burst Length Transfers".
TEST_CASE("the specification's burst latencies follow from 8 clocks to first data", "[bus][table]") {
    for (const Row& row : read_table("pci_spec_burst_latency.csv")) {
        in_own_simulation([&] {
            const PciSettings settings{.clock = {33'000'000}, .width = 32};
            const auto record =
                measure(settings, {Decode::medium, 5, 0}, Command::memory_write, std::stoul(row.at("bytes")));
            CHECK(record.first_data_clock == 8);
            CHECK(record.data_phases == std::stoul(row.at("data_phases")));
            CHECK(record.clocks == std::stoul(row.at("total_clocks_published")));
            CHECK(record.clocks - 2 == std::stoul(row.at("latency_timer_published")));
            const auto latency = std::chrono::duration<double, std::micro>(record.clocks * nanoseconds(30)).count();
            CHECK(latency == Approx(std::stod(row.at("latency_us_published"))));
        });
    }
}

TEST_CASE("wait states lengthen every later data phase", "[bus]") {
    in_own_simulation([] {
        const auto record = measure({}, {Decode::medium, 2, 3}, Command::memory_write, 16);
        CHECK(record.first_data_clock == 5);
        CHECK(record.last_data_clock == 5 + 3 * 4);
    });
}

TEST_CASE("an address of 4 GiB or more costs one clock for the dual address cycle", "[bus]") {
    const auto base = GENERATE(BusAddress{(1ull << 32) - (1 << 16)}, BusAddress{1ull << 32});
    in_own_simulation([base] {
        const auto record = measure({.width = 64}, {Decode::medium, 0, 0}, Command::memory_write, 64, base);
        CHECK(record.first_data_clock == (base.value >> 32 ? 4 : 3));
        CHECK(record.clocks == (base.value >> 32 ? 12 : 11));
    });
}

TEST_CASE("a burst that begins or ends inside a word has partial byte enables there only", "[bus]") {
    in_own_simulation([] {
        Bench bench({.width = 64});
        auto data = ramp(13);
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_write, data);
            run.address = bench.memory.base + 6;
            bench.bus.transport(bench.first, run);
        });
        simulate(master);
        CHECK(std::equal(data.begin(), data.end(), bench.memory.bytes.begin() + 6));
        CHECK(bench.memory.bytes[5] == std::byte{0});
        CHECK(bench.memory.bytes[19] == std::byte{0});
        std::vector<unsigned> enables;
        for (const auto& clock : bench.recorder.clocks)
            if (clock.pins.trdy) enables.push_back(clock.pins.cbe);
        CHECK(enables == std::vector<unsigned>{0b00111111, 0b00000000, 0b11111000});
    });
}

TEST_CASE("data moves at the end of the clock in which IRDY# and TRDY# are asserted", "[bus]") {
    in_own_simulation([] {
        Bench bench;
        auto data = ramp(8);
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_write, data);
            bench.bus.transport(bench.first, run);
            CHECK(bus::simulated_now() == bench.memory.writes.back());
        });
        simulate(master);
        const auto& record = bench.recorder.records.front();
        REQUIRE(bench.memory.writes.size() == 2);
        CHECK(bench.memory.writes[0] == record.start + 2 * bench.period);
        CHECK(bench.memory.writes[1] == record.start + 3 * bench.period);
    });
}

TEST_CASE("the wires of a read show turnaround, wait states and the last data phase", "[bus][pins]") {
    in_own_simulation([] {
        Bench bench;
        bench.memory.how = {Decode::fast, 1, 1};
        auto data = std::vector<std::byte>(8);
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_read, data);
            bench.bus.transport(bench.first, run);
        });
        simulate(master);
        const auto wave = [&](auto pin) {
            return bench.recorder.wave(pin, bench.recorder.records.front(), bench.period);
        };
        CHECK(wave([](const Pins& p) { return p.frame; }) == "____---");
        CHECK(wave([](const Pins& p) { return p.irdy; }) == "-_____-");
        CHECK(wave([](const Pins& p) { return p.devsel; }) == "-_____-");
        CHECK(wave([](const Pins& p) { return p.trdy; }) == "---_-_-");
        CHECK(wave([](const Pins& p) { return p.stop; }) == "-------");
    });
}

// pci_terminations_derived.csv: "master abort (no DEVSEL#)", 7 clocks with the idle one.
TEST_CASE("without DEVSEL# the master gives up after the subtractive decoder's clock", "[bus]") {
    in_own_simulation([] {
        Bench bench;
        auto data = ramp(16);
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_write, data);
            run.address = {0x5000'0000};
            bench.bus.transport(bench.first, run);
            CHECK(run.termination == Termination::master_abort);
            CHECK(run.transferred == 0);
        });
        simulate(master);
        const auto& record = bench.recorder.records.front();
        CHECK(record.clocks == 7);
        CHECK(record.data_phases == 0);
        const auto wave = [&](auto pin) { return bench.recorder.wave(pin, record, bench.period); };
        CHECK(wave([](const Pins& p) { return p.frame; }) == "_____--");
        CHECK(wave([](const Pins& p) { return p.irdy; }) == "-_____-");
        CHECK(wave([](const Pins& p) { return p.devsel; }) == "-------");
    });
}

TEST_CASE("a target abort is STOP# without DEVSEL#, and nothing moves in that data phase", "[bus]") {
    in_own_simulation([] {
        Bench bench;
        bench.memory.how = {Decode::medium, 0, 0};
        bench.memory.abort_at = 8;
        auto data = ramp(16);
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_write, data);
            bench.bus.transport(bench.first, run);
            CHECK(run.termination == Termination::target_abort);
            CHECK(run.transferred == 8);
        });
        simulate(master);
        const auto& record = bench.recorder.records.front();
        CHECK(bench.memory.writes.size() == 2);
        CHECK(record.data_phases == 2);
        const auto wave = [&](auto pin) { return bench.recorder.wave(pin, record, bench.period); };
        CHECK(wave([](const Pins& p) { return p.frame; }) == "_____--");
        CHECK(wave([](const Pins& p) { return p.devsel; }) == "--__---");
        CHECK(wave([](const Pins& p) { return p.trdy; }) == "--__---");
        CHECK(wave([](const Pins& p) { return p.stop; }) == "----__-");
    });
}

TEST_CASE("DEVSEL# is asserted for a clock before a target abort takes it away", "[bus]") {
    in_own_simulation([] {
        Bench bench;
        bench.memory.abort_at = 0;
        auto data = ramp(4);
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_write, data);
            bench.bus.transport(bench.first, run);
        });
        simulate(master);
        const auto& record = bench.recorder.records.front();
        const auto wave = [&](auto pin) { return bench.recorder.wave(pin, record, bench.period); };
        CHECK(wave([](const Pins& p) { return p.devsel; }) == "-_--");
        CHECK(wave([](const Pins& p) { return p.stop; }) == "--_-");
    });
}

TEST_CASE("the bursts of a run follow each other with one idle clock between", "[bus]") {
    in_own_simulation([] {
        Bench bench;
        auto data = ramp(100);
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_write, data, 32);
            bench.bus.transport(bench.second, run);
            CHECK(run.transferred == 100);
        });
        simulate(master);
        const auto& records = bench.recorder.records;
        REQUIRE(records.size() == 4);
        CHECK(records.back().bytes == 4);
        for (std::size_t i = 1; i < records.size(); ++i)
            CHECK(records[i].start == records[i - 1].start + records[i - 1].clocks * bench.period);
        CHECK(std::equal(data.begin(), data.end(), bench.memory.bytes.begin()));
    });
}

TEST_CASE("a parked master begins in the clock after its request, another waits for its grant", "[bus][arbitration]") {
    struct Case {
        Parking parking;
        bool parked_master_asks;
        int clocks_to_address;
    };
    // Host parking: GNT0# is there, or has to go for a clock before GNT1# comes; no parking: GNTn# comes at once.
    const auto c = GENERATE(Case{Parking::host, true, 1}, Case{Parking::host, false, 4}, Case{Parking::none, true, 3},
                            Case{Parking::none, false, 3});
    in_own_simulation([c] {
        Bench bench({.parking = c.parking});
        auto data = ramp(4);
        const Duration request = 10 * bench.period + nanoseconds(1);
        Thread master("master", [&] {
            sc_core::wait(bus::to_sc_time(request));
            Run run = bench.run(Command::memory_write, data);
            bench.bus.transport(c.parked_master_asks ? bench.first : bench.second, run);
        });
        simulate(master);
        CHECK(bench.recorder.records.front().start == (10 + c.clocks_to_address) * bench.period);
    });
}

TEST_CASE("two masters that both want the bus take turns", "[bus][arbitration]") {
    in_own_simulation([] {
        Bench bench;
        auto data = ramp(64);
        const auto send = [&](unsigned master) {
            Run run = bench.run(Command::memory_write, data, 16);
            bench.bus.transport(master, run);
        };
        Thread one("one", [&] { send(bench.first); });
        Thread two("two", [&] { send(bench.second); });
        simulate(one);
        CHECK(two.finished());
        std::string order;
        for (const auto& record : bench.recorder.records) order += record.master == bench.first ? 'a' : 'b';
        CHECK(order == "abababab");
        const auto& records = bench.recorder.records;
        for (std::size_t i = 1; i < records.size(); ++i)
            CHECK(records[i].start == records[i - 1].start + records[i - 1].clocks * bench.period);
    });
}

TEST_CASE("never are two grants asserted, nor does one follow another on an idle bus without a gap",
          "[bus][arbitration]") {
    in_own_simulation([] {
        Bench bench({.parking = Parking::host});
        auto data = ramp(32);
        const auto send = [&](unsigned master, Duration pause) {
            for (int i = 0; i < 5; ++i) {
                Run run = bench.run(Command::memory_write, data, 8);
                bench.bus.transport(master, run);
                sc_core::wait(bus::to_sc_time(pause));
            }
        };
        Thread one("one", [&] { send(bench.first, nanoseconds(310)); });
        Thread two("two", [&] { send(bench.second, nanoseconds(70)); });
        simulate(one);
        CHECK(two.finished());
        const auto& clocks = bench.recorder.clocks;
        for (std::size_t i = 1; i < clocks.size(); ++i) {
            CHECK((clocks[i].pins.gnt & (clocks[i].pins.gnt - 1)) == 0);
            const bool adjacent = clocks[i].begin == clocks[i - 1].begin + bench.period;
            const bool idle = !clocks[i - 1].pins.frame && !clocks[i - 1].pins.irdy;
            if (adjacent && idle && clocks[i - 1].pins.gnt != 0 && clocks[i].pins.gnt != 0)
                CHECK(clocks[i].pins.gnt == clocks[i - 1].pins.gnt);
        }
    });
}

TEST_CASE("a master that stops its run ends the burst with the next data phase", "[bus]") {
    in_own_simulation([] {
        Bench bench;
        auto data = ramp(256);
        bus::DmaRun control;
        Thread master("master", [&] {
            Run run = bench.run(Command::memory_write, data, 128);
            run.control = &control;
            bench.bus.transport(bench.first, run);
            CHECK(run.termination == Termination::stopped);
            CHECK(run.transferred == 48);  // ten before, one that promised another, and that other
        });
        Thread breaker("breaker", [&] {
            while (bench.memory.writes.size() < 10) sc_core::wait(bus::to_sc_time(bench.period));
            control.request_stop(bus::simulated_now());
        });
        simulate(master);
        const auto& record = bench.recorder.records.front();
        CHECK(record.bytes == 48);
        CHECK(bench.recorder.records.size() == 1);
    });
}

TEST_CASE("a run that is stopped before its turn never reaches the bus", "[bus]") {
    in_own_simulation([] {
        Bench bench;
        auto data = ramp(512);
        bus::DmaRun control;
        Thread owner("owner", [&] {
            Run run = bench.run(Command::memory_write, data);
            bench.bus.transport(bench.first, run);
        });
        Thread waiting("waiting", [&] {
            Run run = bench.run(Command::memory_write, data);
            run.control = &control;
            bench.bus.transport(bench.second, run);
            CHECK(run.termination == Termination::stopped);
            CHECK(run.transferred == 0);
        });
        Thread breaker("breaker", [&] {
            sc_core::wait(bus::to_sc_time(microseconds(1)));
            control.request_stop(bus::simulated_now());
        });
        simulate(owner);
        CHECK(waiting.finished());
        CHECK(bench.recorder.records.size() == 1);
    });
}
