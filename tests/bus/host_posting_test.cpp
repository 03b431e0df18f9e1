// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"

#include <ghostcard/bus/host_bridge.h>

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pci;
using namespace ghostcard::tests;

namespace {

/// A host with a posting buffer behind a bus, and a device that writes or reads.
struct Bench {
    Bench(Timing timing, const PostingSettings& posting, Duration read_latency = {})
        : bus(make_bus("bus", {.timing = timing})),
          host("host", memory, make_translation({.memory = {1 << 20}}, memory), posting),
          bridge("bridge", *bus, host, {Decode::medium}, read_latency) {
        bus->attach_observer(recorder);
        device = bus->attach_master({0, 1, 0});
    }
    void move(Command command, std::size_t bytes) {
        std::vector<std::byte> data(bytes, std::byte{1});
        Thread thread("device", [&] {
            Run run{.command = command, .address = {0x1000}, .data = data, .burst_bytes = bytes};
            bus->transport(device, run);
            CHECK(run.termination == Termination::completed);
        });
        simulate(thread, milliseconds(5));
        bus->catch_up();
    }
    /// When the host decides about the first data phase: in the clock of DEVSEL#.
    Duration decision(std::size_t n) const { return recorder.records[n].start + 2 * bus->period(); }

    HostMemory memory{1 << 20};
    std::unique_ptr<PciBus> bus;
    HostPort host;
    HostBridge bridge;
    Recorder recorder;
    unsigned device = 0;
};

}  // namespace

// PCI 2.3, 3.2.5 and 3.3.3.2.
TEST_CASE("a posting buffer of n bytes accepts n and retries the next, until the first has left it", "[bus][posting]") {
    for (const std::size_t bytes : {64u, 68u})
        under_both_timings([bytes](Timing timing) {
            Bench bench(timing, {.delay = microseconds(1), .buffer = {64}});
            bench.move(Command::memory_write, bytes);
            const auto& records = bench.recorder.records;
            CHECK(records[0].bytes == 64);
            if (bytes == 64) {
                CHECK(records.size() == 1);
                CHECK(records[0].termination == Termination::completed);
                return;
            }
            CHECK(records[0].termination == Termination::disconnect);
            const Duration first_leaves =
                records[0].start + records[0].first_data_clock * bench.bus->period() + microseconds(1);
            REQUIRE(records.size() > 2);
            for (std::size_t i = 1; i < records.size(); ++i) {
                const bool has_left = bench.decision(i) >= first_leaves;
                CHECK(records[i].termination == (has_left ? Termination::completed : Termination::retry));
                CHECK(has_left == (i + 1 == records.size()));
            }
        });
}

// Found by tools/nightly: a link that lagged behind handed over a write that had become visible meanwhile, and a later
// one of the same past found room that was not there yet.
TEST_CASE("a write that is handed over late fills the buffer for as long as it would have", "[bus][posting]") {
    in_own_simulation([] {
        HostMemory memory{1 << 20};
        HostPort host("host", memory, make_translation({.memory = {1 << 20}}, memory),
                      {.delay = nanoseconds(200), .buffer = {256}});
        Thread late("late", [&] {
            sc_core::wait(1, sc_core::SC_US);
            const std::vector<std::byte> data(352, std::byte{1});
            const auto place = host.locate({0, 1, 0}, *BusRange::of({0x1000}, data.size()), true);
            host.post(place, data, nanoseconds(100));
            CHECK(host.room_for(160, nanoseconds(110)) == nanoseconds(300));
            CHECK(host.room_for(160, nanoseconds(300)) == nanoseconds(300));
            host.settle();
            CHECK(place.back() == std::byte{1});
        });
        simulate(late, microseconds(2));
    });
}

TEST_CASE("a full posting buffer passes on what it drains, no more", "[bus][posting]") {
    under_both_timings([](Timing timing) {
        Bench bench(timing, {.delay = Duration{}, .buffer = {64}, .drain = {32'000'000}});
        bench.move(Command::memory_write, 4096);
        const auto& last = bench.recorder.records.back();
        const Duration end = last.start + last.clocks * bench.bus->period();
        // 4096 bytes but for those that still wait, at 31.25 ns a byte; a retry more or less.
        CHECK(end > (4096 - 64 - 4) * Duration(31'250));
        CHECK(end < 4096 * Duration(31'250) + microseconds(1));
        CHECK(bench.host.drained_at() >= (4096 - 4) * Duration(31'250));
    });
}

// PCI 2.3, 3.3.3.3: delayed transactions.
TEST_CASE("a delayed read is retried until its latency has passed, and then transfers", "[bus][delayed_reads]") {
    under_both_timings([](Timing timing) {
        Bench bench(timing, {}, microseconds(1));
        bench.move(Command::memory_read, 64);
        const auto& records = bench.recorder.records;
        const Duration ready = bench.decision(0) + microseconds(1);
        REQUIRE(records.size() > 2);
        for (std::size_t i = 0; i < records.size(); ++i) {
            const bool fetched = bench.decision(i) >= ready;
            CHECK(records[i].termination == (fetched ? Termination::completed : Termination::retry));
            CHECK(fetched == (i + 1 == records.size()));
        }
        CHECK(records.back().bytes == 64);
    });
}

// PCI 2.3, 3.3.3.3.3; pci_rules.csv R25 (PCI Blue core): 2^15 clocks.
TEST_CASE("a delayed read that nobody fetches is discarded after its time, and has to be asked for again",
          "[bus][delayed_reads]") {
    constexpr Duration latency = nanoseconds(600), discard = (1 << 15) * nanoseconds(30);
    const Access phase{{0, 1, 0}, Command::memory_read, {0x1000}, 4};
    const auto asked_again_after = [&](Duration wait) {
        DelayedReads reads(latency, 64, discard);
        CHECK_FALSE(reads.ready(phase, Duration{}));
        return reads.ready(phase, wait);
    };
    CHECK_FALSE(asked_again_after(latency - Duration(1)));
    CHECK(asked_again_after(latency));
    CHECK(asked_again_after(latency + discard - Duration(1)));
    CHECK_FALSE(asked_again_after(latency + discard));
}

TEST_CASE("a delayed read holds a block of its master's and nothing for another", "[bus][delayed_reads]") {
    DelayedReads reads(nanoseconds(600), 64, milliseconds(1));
    const auto phase = [](std::uint8_t device, std::uint64_t address) {
        return Access{{0, device, 0}, Command::memory_read, {address}, 4};
    };
    CHECK_FALSE(reads.ready(phase(1, 0x1038), Duration{}));
    CHECK_FALSE(reads.ready(phase(2, 0x1038), microseconds(1)));
    CHECK(reads.ready(phase(1, 0x1038), microseconds(1)));
    CHECK(reads.ready(phase(1, 0x103c), microseconds(1)));
    CHECK_FALSE(reads.ready(phase(1, 0x1040), microseconds(1)));  // the next block
}
