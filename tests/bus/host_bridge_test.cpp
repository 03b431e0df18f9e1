// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/host_bridge.h>
#include <ghostcard/bus/host_settings.h>

#include <array>
#include <cstring>

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pci;
using namespace ghostcard::tests;

namespace {

constexpr Duration posting_delay = nanoseconds(400);

/// A bridge with some RAM, a register at 0xe0000000 and a master that stands for a card.
struct Bench : MessageSink {
    explicit Bench(TranslationKind kind = TranslationKind::identity)
        : host("host", memory,
               make_translation({.translation = kind, .offset = {2ull << 30}, .memory = {1 << 20}}, memory),
               {.delay = posting_delay}),
          bridge("bridge", bus, host, {Decode::medium, 0, 0}, Duration{}) {
        registers.base = {0xe000'0000};
        bus.attach_target(registers);
        bus.attach_observer(recorder);
        card = bus.attach_master({0, 1, 0});
        host.connect(*this);
    }

    Termination write(BusAddress address, std::uint32_t value) {
        std::array<std::byte, 4> data{};
        store_little_endian(value, data);
        Run run{.command = Command::memory_write, .address = address, .data = data, .burst_bytes = 4};
        bus.transport(card, run);
        return run.termination;
    }
    /// What a driver finds that looks at memory now.
    std::uint32_t memory_word(std::uint64_t physical) {
        host.settle();
        return static_cast<std::uint32_t>(load_little_endian(*memory.at(*PhysicalRange::of({physical}, 4))));
    }
    void message(BusAddress address, std::uint16_t data) override {
        messages.push_back({address, data, simulated_now(), memory_word(0x1000)});
    }

    struct Arrival {
        BusAddress address;
        std::uint16_t data;
        Duration time;
        std::uint32_t word_then;
    };

    HostMemory memory{1 << 20};
    CycleBus bus{"bus", PciSettings{}};
    HostPort host;
    HostBridge bridge;
    MemoryTarget registers;
    Recorder recorder;
    unsigned card = 0;
    std::vector<Arrival> messages;
};

void with_bench(TranslationKind kind, const std::function<void(Bench&)>& body) {
    in_own_simulation([&] {
        Bench bench(kind);
        Thread thread("thread", [&] { body(bench); });
        simulate(thread);
    });
}

}  // namespace

TEST_CASE("a write shows in memory after the posting delay, not before", "[bus][bridge]") {
    with_bench(TranslationKind::identity, [](Bench& bench) {
        REQUIRE(bench.write({0x1000}, 0x12345678) == Termination::completed);
        sc_core::wait(to_sc_time(posting_delay - Duration(1)));
        CHECK(bench.memory_word(0x1000) == 0);
        sc_core::wait(to_sc_time(Duration(1)));
        CHECK(bench.memory_word(0x1000) == 0x12345678);
    });
}

// PCI 2.3, 3.2.5: a read that crosses the bridge pushes the writes that were posted before it.
TEST_CASE("a register read returns only when the writes before it are in memory", "[bus][bridge]") {
    with_bench(TranslationKind::identity, [](Bench& bench) {
        bench.write({0x1000}, 0x12345678);
        const Duration written = simulated_now();
        CHECK(bench.memory_word(0x1000) == 0);
        CHECK(bench.bridge.read({0xe000'0000}) == 0);
        CHECK(simulated_now() == written + posting_delay);
        CHECK(bench.memory_word(0x1000) == 0x12345678);
    });
}

TEST_CASE("a register write pushes nothing", "[bus][bridge]") {
    with_bench(TranslationKind::identity, [](Bench& bench) {
        bench.write({0x1000}, 0x12345678);
        bench.bridge.write({0xe000'0000}, 0xcafe);
        CHECK(bench.memory_word(0x1000) == 0);
        CHECK(load_little_endian(std::span(bench.registers.bytes).first(4)) == 0xcafe);
    });
}

TEST_CASE("an interrupt message arrives behind the data that was written before it", "[bus][bridge]") {
    with_bench(TranslationKind::identity, [](Bench& bench) {
        bench.write({0x1000}, 0x12345678);
        bench.write({0xfee0'0000}, 0x41);
        const Duration sent = simulated_now();
        sc_core::wait(to_sc_time(microseconds(1)));
        REQUIRE(bench.messages.size() == 1);
        CHECK(bench.messages[0].data == 0x41);
        CHECK(bench.messages[0].address == BusAddress{0xfee0'0000});
        CHECK(bench.messages[0].time == sent + posting_delay);
        CHECK(bench.messages[0].word_then == 0x12345678);
        CHECK(bench.host.messages() == 1);
    });
}

TEST_CASE("a device reads what it wrote before", "[bus][bridge]") {
    with_bench(TranslationKind::identity, [](Bench& bench) {
        bench.write({0x1000}, 0x12345678);
        std::array<std::byte, 4> data{};
        Run run{.command = Command::memory_read, .address = {0x1000}, .data = data, .burst_bytes = 4};
        bench.bus.transport(bench.card, run);
        CHECK(load_little_endian(data) == 0x12345678);
    });
}

TEST_CASE("a physical address works, is lost or faults, as the translation has it", "[bus][bridge]") {
    with_bench(TranslationKind::identity,
               [](Bench& bench) { CHECK(bench.write({0x1000}, 1) == Termination::completed); });
    with_bench(TranslationKind::offset, [](Bench& bench) {
        CHECK(bench.write({0x1000}, 1) == Termination::master_abort);
        CHECK(bench.write({(2ull << 30) + 0x1000}, 1) == Termination::completed);
    });
    with_bench(TranslationKind::iommu, [](Bench& bench) {
        CHECK(bench.write({0x1000}, 1) == Termination::target_abort);
        REQUIRE(bench.host.faults().size() == 1);
        const TranslationFault& fault = bench.host.faults().front();
        CHECK(fault.address == BusAddress{0x1000});
        CHECK(fault.requester == RequesterId{0, 1, 0});
        CHECK(fault.write);
        CHECK(fault.time > Duration::zero());
        const auto base = bench.host.translation_for({0, 1, 0}).map(*PhysicalRange::of({0x1000}, page_size),
                                                                    DmaDirection::to_memory, {});
        REQUIRE(base);
        CHECK(bench.write(*base, 0xabcd) == Termination::completed);
        sc_core::wait(to_sc_time(posting_delay));
        CHECK(bench.memory_word(0x1000) == 0xabcd);
    });
}

TEST_CASE("faults are recorded up to a limit and counted beyond", "[bus][bridge]") {
    with_bench(TranslationKind::iommu, [](Bench& bench) {
        for (std::size_t i = 0; i < HostPort::recorded_faults + 5; ++i)
            CHECK(bench.write({0x1000}, 1) == Termination::target_abort);
        CHECK(bench.host.faults().size() == HostPort::recorded_faults);
        CHECK(bench.host.fault_count() == HostPort::recorded_faults + 5);
    });
}

TEST_CASE("a read that nobody answers gives all ones", "[bus][bridge]") {
    with_bench(TranslationKind::identity, [](Bench& bench) {
        CHECK(bench.bridge.read({0xf000'0000}) == 0xffff'ffff);
        CHECK(bench.bridge.read_configuration(5, 0) == 0xffff'ffff);
        CHECK(bench.recorder.records.back().termination == Termination::master_abort);
    });
}

TEST_CASE("two CPU threads that access the bus at once wait for each other", "[bus][bridge]") {
    in_own_simulation([] {
        Bench bench;
        store_little_endian(0xaaaa, std::span(bench.registers.bytes).first(4));
        store_little_endian(0xbbbb, std::span(bench.registers.bytes).subspan(4, 4));
        Thread one("one", [&] { CHECK(bench.bridge.read({0xe000'0000}) == 0xaaaa); });
        Thread two("two", [&] { CHECK(bench.bridge.read({0xe000'0004}) == 0xbbbb); });
        simulate(one);
        CHECK(two.finished());
        CHECK(bench.recorder.records.size() == 2);
    });
}
