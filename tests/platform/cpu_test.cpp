// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"
#include "tests/support/answer.h"

#include <ghostcard/bus/host_bridge.h>
#include <ghostcard/bus/host_settings.h>
#include <ghostcard/platform/cpu.h>

#include <array>
#include <sstream>
#include <stdexcept>

using namespace ghostcard;
using namespace ghostcard::platform;
using namespace ghostcard::tests;
using bus::simulated_now;

namespace {

constexpr CpuSettings latencies{.copy_bandwidth = {1'000'000'000},
                                .interrupt_latency = microseconds(2),
                                .dpc_latency = {.minimum = microseconds(5)}};

/// A CPU with a bus that leads to one register, and an interrupt line.
struct Bench {
    explicit Bench(const CpuSettings& settings = latencies) : cpu("cpu", host, settings) {
        registers.base = {0xe000'0000};
        bus.attach_target(registers);
        cpu.inta.bind(inta);
    }
    void run(std::function<void()> program, Duration limit = milliseconds(10)) {
        cpu.set_program(std::move(program));
        sc_core::sc_start(bus::to_sc_time(limit));
        cpu.rethrow_failure();
        CHECK(cpu.program_finished());
    }
    void pass(Duration time) { sc_core::wait(bus::to_sc_time(time)); }

    HostMemory memory{1 << 20};
    bus::pci::CycleBus bus{"bus", bus::pci::PciSettings{}};
    bus::HostPort host{"host", memory, bus::make_translation({}, memory), {.delay = Duration::zero()}};
    bus::HostBridge bridge{"bridge", bus, host, {bus::pci::Decode::medium, 0, 0}, Duration::zero()};
    tests::MemoryTarget registers;
    sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> inta{"inta"};
    Cpu cpu;
};

/// Notes when it is called; the routine itself is the test's.
struct Handler : InterruptHandler {
    std::function<bool()> on_interrupt = [] { return true; };
    std::function<void()> on_deferred = [] {};
    std::vector<Duration> interrupts, deferrals;

    bool interrupt() override {
        interrupts.push_back(simulated_now());
        return on_interrupt();
    }
    void deferred() override {
        deferrals.push_back(simulated_now());
        on_deferred();
    }
};

}  // namespace

TEST_CASE("the service routine starts one latency after the line, the deferred procedure one after its queueing",
          "[platform]") {
    in_own_simulation([] {
        Bench bench;
        Handler handler;
        handler.on_interrupt = [&] {
            bench.inta.write(false);
            bench.cpu.queue_deferred();
            return true;
        };
        bench.run([&] {
            bench.cpu.connect(handler);
            bench.pass(microseconds(10));
            bench.inta.write(true);
            bench.pass(microseconds(100));
        });
        CHECK(handler.interrupts == std::vector<Duration>{microseconds(12)});
        CHECK(handler.deferrals == std::vector<Duration>{microseconds(17)});
        CHECK(bench.cpu.counts().raised == 1);
        CHECK(bench.cpu.counts().claimed == 1);
    });
}

TEST_CASE("some deferred procedures are late, and the same ones for the same seed", "[platform]") {
    const auto latencies_of = [](std::uint64_t seed) {
        return answer_of_own_process([seed] {
            CpuSettings settings = latencies;
            settings.dpc_latency = {.minimum = microseconds(5),
                                    .spread = microseconds(3),
                                    .tail_per_million = 300'000,
                                    .tail = milliseconds(1),
                                    .seed = seed};
            Bench bench(settings);
            Handler handler;
            std::string text;
            bench.run(
                [&] {
                    bench.cpu.connect(handler);
                    for (int i = 0; i < 100; ++i) {
                        const Duration queued = simulated_now();
                        bench.cpu.queue_deferred();
                        bench.pass(milliseconds(2));
                        text += std::to_string((handler.deferrals.at(i) - queued).count()) + ' ';
                    }
                },
                seconds(1));
            return text;
        });
    };
    const std::string text = latencies_of(1);
    std::istringstream drawn(text);
    unsigned late = 0;
    for (std::int64_t picoseconds = 0; drawn >> picoseconds;) {
        CHECK(Duration(picoseconds) >= microseconds(5));
        CHECK(Duration(picoseconds) <= microseconds(1008));
        if (Duration(picoseconds) > microseconds(8)) ++late;
    }
    CHECK(late >= 15);
    CHECK(late <= 45);
    CHECK(latencies_of(1) == text);
    CHECK(latencies_of(2) != text);
}

TEST_CASE("a line that stays asserted is served again, one that is released in time is not served", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        Handler handler;
        handler.on_interrupt = [&] {
            if (handler.interrupts.size() == 3) bench.inta.write(false);
            return true;
        };
        bench.run([&] {
            bench.cpu.connect(handler);
            bench.inta.write(true);
            bench.pass(microseconds(100));
            CHECK(handler.interrupts.size() == 3);
            bench.inta.write(true);
            bench.pass(microseconds(1));
            bench.inta.write(false);
            bench.pass(microseconds(100));
            CHECK(handler.interrupts.size() == 3);
        });
    });
}

TEST_CASE("a line that nobody claims is masked in the end", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        Handler handler;
        handler.on_interrupt = [] { return false; };
        bench.run([&] {
            bench.cpu.connect(handler);
            bench.inta.write(true);
            bench.pass(milliseconds(9));
        });
        CHECK(bench.cpu.line_masked());
        CHECK(handler.interrupts.size() == Cpu::unclaimed_limit);
        CHECK(bench.cpu.counts().declined == Cpu::unclaimed_limit);
    });
}

TEST_CASE("a copy takes its bytes divided by the bandwidth", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        bench.run([&] {
            bench.cpu.charge_copy(1'000'000);
            CHECK(bench.cpu.now() == milliseconds(1));
            bench.cpu.stall(nanoseconds(7));
            CHECK(bench.cpu.now() == milliseconds(1) + nanoseconds(7));
        });
    });
}

TEST_CASE("interrupt service holds up a copy below it by its own length", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        Handler handler;
        handler.on_interrupt = [&] {
            bench.inta.write(false);
            bench.cpu.stall(microseconds(30));
            return true;
        };
        Thread line("line", [&] {
            bench.pass(microseconds(50));
            bench.inta.write(true);
        });
        bench.run([&] {
            bench.cpu.connect(handler);
            bench.cpu.charge_copy(100'000);
            CHECK(bench.cpu.now() == microseconds(130));
        });
    });
}

TEST_CASE("a deferred procedure that is queued while it runs, runs again; twice before it starts, once", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        Handler handler;
        handler.on_deferred = [&] {
            if (handler.deferrals.size() == 1) bench.cpu.queue_deferred();
        };
        bench.run([&] {
            bench.cpu.connect(handler);
            bench.cpu.queue_deferred();
            bench.cpu.queue_deferred();
            bench.pass(microseconds(100));
        });
        CHECK(handler.deferrals == std::vector<Duration>{microseconds(5), microseconds(10)});
    });
}

TEST_CASE("after a disconnect no handler call is under way and none begins", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        Handler handler;
        bool in_handler = false;
        handler.on_interrupt = [&] {
            in_handler = true;
            bench.cpu.stall(microseconds(30));
            in_handler = false;
            bench.cpu.queue_deferred();
            return true;
        };
        bench.run([&] {
            bench.cpu.connect(handler);
            bench.inta.write(true);
            bench.pass(microseconds(10));
            CHECK(in_handler);
            bench.cpu.disconnect();
            CHECK_FALSE(in_handler);
            const auto calls = handler.interrupts.size();
            bench.pass(microseconds(100));
            CHECK(handler.interrupts.size() == calls);
            CHECK(handler.deferrals.empty());
        });
    });
}

TEST_CASE("what host code throws ends the simulation and comes out of it", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        bench.cpu.set_program([&] {
            bench.pass(microseconds(1));
            throw std::runtime_error("driver bug");
        });
        sc_core::sc_start(1, sc_core::SC_MS);
        CHECK(simulated_now() == microseconds(1));
        CHECK_THROWS_WITH(bench.cpu.rethrow_failure(), "driver bug");
    });
}

TEST_CASE("a register window reaches the bus, and takes the time of a transaction", "[platform]") {
    in_own_simulation([] {
        Bench bench;
        MemoryWindow window(bench.bridge, bench.host, {0xe000'0000});
        bench.run([&] {
            window.write(8, 0x1234'5678);
            CHECK(window.read(8) == 0x1234'5678);
            CHECK(bench.cpu.now() > nanoseconds(60));
            CHECK(bench.cpu.now() < microseconds(1));
        });
    });
}
