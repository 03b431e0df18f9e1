// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"
#include "tests/support/table.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace ghostcard::bus::pci;

namespace {

/// One burst of a lone master, parked on the bus.
std::vector<TransactionRecord> transactions_of(Timing timing, TargetTiming target, Command command, std::size_t bytes,
                                               Duration limit = microseconds(2)) {
    RuleBench bench({.timing = timing, .width = 64});
    bench.memory.how = target;
    bool done = false;
    bench.add_master([&](unsigned master) {
        Run run = bench.run(command, bytes);
        bus::DmaRun control;
        run.control = &control;
        bench.bus->transport(master, run);
        done = true;
    });
    sc_core::sc_start(bus::to_sc_time(limit));
    bench.bus->catch_up();
    return bench.records();
}

const auto frame = [](const Pins& pins) { return pins.frame; };
const auto irdy = [](const Pins& pins) { return pins.irdy; };
const auto devsel = [](const Pins& pins) { return pins.devsel; };
const auto trdy = [](const Pins& pins) { return pins.trdy; };
const auto stop = [](const Pins& pins) { return pins.stop; };
const auto request = [](const Pins& pins) { return (pins.req & 2u) != 0; };

/// The wires of the first transaction of a master that has more to do.
struct Wires {
    std::string frame_wave, irdy_wave, devsel_wave, trdy_wave, stop_wave, request_wave;
};
Wires wires_of(TargetTiming target, std::size_t burst_bytes, unsigned more) {
    RuleBench bench({});
    bench.memory.how = target;
    bench.add_master([](unsigned) {});  // the host, at which the bus is parked
    bench.add_run(bench.run(Command::memory_write, 4 * burst_bytes, burst_bytes));
    sc_core::sc_start(bus::to_sc_time(microseconds(2)));
    const auto first = bench.records().front();
    const auto wave = [&](auto pin) { return bench.wave(pin, first, more); };
    return {wave(frame), wave(irdy), wave(devsel), wave(trdy), wave(stop), wave(request)};
}

unsigned clocks_of(const std::string& name) {
    for (const Row& row : read_table("pci_terminations_derived.csv"))
        if (row.at("case") == name) return static_cast<unsigned>(std::stoul(row.at("clocks_incl_idle")));
    throw std::runtime_error("no row " + name);
}

}  // namespace

// PCI 2.3, 3.3.3.2.1; pci_terminations_derived.csv.
TEST_CASE("a retry takes the address, the decoder's clocks, a clock to drop FRAME# and the idle one",
          "[bus][terminations][table]") {
    struct Case {
        Decode decode;
        std::size_t bytes;
        unsigned clocks;
    };
    // With a single data phase FRAME# is off already.
    for (const Case& c : {Case{Decode::fast, 32, clocks_of("retry, DEVSEL#+STOP# with fast decode")},
                          Case{Decode::slow, 32, clocks_of("retry, slow decode")}, Case{Decode::fast, 4, 3}})
        under_both_timings([&c](Timing timing) {
            const auto record =
                transactions_of(timing, {.decode = c.decode, .retry_after = 0}, Command::memory_write, c.bytes).front();
            CHECK(record.clocks == c.clocks);
            CHECK(record.termination == Termination::retry);
            CHECK(record.data_phases == 0);
            CHECK(record.bytes == 0);
        });
}

// PCI 2.3, 3.3.3.2.1; pci_terminations_derived.csv.
TEST_CASE("a disconnect with the eighth data takes twelve clocks, and the next burst begins behind it",
          "[bus][terminations][table]") {
    under_both_timings([](Timing timing) {
        const auto name = "disconnect with data k=8 (32-byte line), medium, write";
        const auto records = transactions_of(timing, {.decode = Decode::medium, .line = 32}, Command::memory_write, 64);
        REQUIRE(records.size() == 2);
        CHECK(records[0].clocks == clocks_of(name));
        CHECK(records[0].data_phases == 8);
        CHECK(records[0].termination == Termination::disconnect);
        CHECK(records[1].address == records[0].address + 32);
        CHECK(records[1].termination == Termination::completed);  // STOP# comes with the last data that is wanted
        CHECK(records[1].clocks == 11);
    });
}

TEST_CASE("a master abort takes seven clocks", "[bus][terminations][table]") {
    under_both_timings([](Timing timing) {
        RuleBench bench({.timing = timing});
        Run run = bench.run(Command::memory_write, 32);
        run.address = {0x5000'0000};
        bench.add_run(run);
        bench.simulate();
        CHECK(bench.records().front().clocks == clocks_of("master abort (no DEVSEL#)"));
        CHECK(bench.ended.front().termination == Termination::master_abort);
    });
}

// pci_rules.csv R13, PCI 2.3, 3.3.3.2.1.
TEST_CASE("a retry is STOP# without TRDY# in the first data phase", "[bus][terminations][pins]") {
    in_own_simulation([] {
        const Wires wires = wires_of({.decode = Decode::medium, .retry_after = 0}, 32, 0);
        CHECK(wires.frame_wave == "___--");
        CHECK(wires.irdy_wave == "-___-");
        CHECK(wires.devsel_wave == "--__-");
        CHECK(wires.trdy_wave == "-----");
        CHECK(wires.stop_wave == "--__-");
    });
}

TEST_CASE("a disconnect with data is STOP# with TRDY#, one without is STOP# in a later data phase",
          "[bus][terminations][pins]") {
    in_own_simulation([] {
        const Wires wires = wires_of({.decode = Decode::fast, .disconnect_after = 2}, 32, 0);
        CHECK(wires.frame_wave == "___--");
        CHECK(wires.trdy_wave == "-__--");
        CHECK(wires.stop_wave == "--__-");
    });
    in_own_simulation([] {
        const Wires wires = wires_of({.decode = Decode::fast, .retry_after = 2}, 32, 0);
        CHECK(wires.frame_wave == "____--");
        CHECK(wires.trdy_wave == "-__---");
        CHECK(wires.stop_wave == "---__-");
    });
}

TEST_CASE("each kind of STOP# moves exactly the data phases before it", "[bus][terminations]") {
    for (const unsigned n : {1u, 2u, 7u}) {
        CAPTURE(n);
        under_both_timings([n](Timing timing) {
            const auto r = transactions_of(timing, {.disconnect_after = n}, Command::memory_write, 32).front();
            CHECK(r.data_phases == n);
            CHECK(r.termination == Termination::disconnect);
        });
        under_both_timings([n](Timing timing) {
            const auto r = transactions_of(timing, {.retry_after = n}, Command::memory_write, 32).front();
            CHECK(r.data_phases == n);
            CHECK(r.termination == Termination::disconnect);
        });
        under_both_timings([n](Timing timing) {
            const auto r = transactions_of(timing, {.abort_after = n}, Command::memory_write, 32).front();
            CHECK(r.data_phases == n);
            CHECK(r.termination == Termination::target_abort);
        });
    }
    under_both_timings([](Timing timing) {  // one more than there are
        const auto records = transactions_of(timing, {.abort_after = 8}, Command::memory_write, 32);
        CHECK(records.front().termination == Termination::completed);
        CHECK(records.size() == 1);
    });
}

// pci_rules.csv R12 (Verilog PCI monitor, rule 18); PCI 2.3, 3.3.3.2.2.
TEST_CASE("after STOP# REQ# is deasserted for exactly two clocks, one of them the idle one",
          "[bus][terminations][pins]") {
    in_own_simulation([] {  // FRAME# was asserted: the clock of STOP#'s end and the idle one
        const Wires wires = wires_of({.decode = Decode::fast, .disconnect_after = 2}, 32, 2);
        CHECK(wires.stop_wave == "--__---");
        CHECK(wires.irdy_wave == "-___--_");
        CHECK(wires.request_wave == "___--__");
    });
    in_own_simulation([] {  // a retried word: the idle clock and the one behind it
        const Wires wires = wires_of({.decode = Decode::fast, .retry_after = 0}, 4, 2);
        CHECK(wires.stop_wave == "-_---");
        CHECK(wires.irdy_wave == "-_---");
        CHECK(wires.request_wave == "__--_");
    });
}

// PCI 2.3, 3.3.3.2.2.
TEST_CASE("a retried master repeats address and command, however often, and even if it wants to pause",
          "[bus][terminations][regression]") {
    // Found by the monitor in a random system: a pause between a retry and its repetition abandoned the transaction.
    under_both_timings([](Timing timing) {
        RuleBench bench({.timing = timing});
        bench.memory.how.retry_after = 0;
        bus::DmaRun control;
        Run wanted = bench.run(Command::memory_write, 64, 32);
        wanted.control = &control;
        bench.add_run(wanted);
        bench.add_master([&](unsigned) {
            sc_core::wait(bus::to_sc_time(microseconds(1)));
            control.request_pause(bus::simulated_now());
            sc_core::wait(bus::to_sc_time(microseconds(1)));
            CHECK(bench.ended.empty());
            bench.bus->catch_up();
            bench.memory.how.retry_after.reset();
        });
        bench.simulate();
        const auto records = bench.records();
        REQUIRE(records.size() > 3);
        for (const auto& record : records) {
            CHECK(record.address == records.front().address);
            CHECK(record.command == records.front().command);
            CHECK(record.termination == (&record == &records.back() ? Termination::completed : Termination::retry));
        }
        CHECK(bench.ended.front().termination == Termination::stopped);
        CHECK(bench.ended.front().transferred == 32);  // the pause takes effect behind the repeated burst
    });
}

TEST_CASE("a retried write repeats its byte enables", "[bus][terminations][pins]") {
    in_own_simulation([] {
        RuleBench bench({});
        bench.memory.how = {.decode = Decode::fast, .retry_after = 0};
        Run wanted = bench.run(Command::memory_write, 7);
        wanted.address = wanted.address + 1;
        bench.add_run(wanted);
        sc_core::sc_start(bus::to_sc_time(microseconds(1)));
        std::vector<unsigned> enables;
        for (const auto& clock : bench.recorder.clocks)
            if (clock.pins.stop && clock.pins.frame) enables.push_back(clock.pins.cbe & 0xfu);
        REQUIRE(enables.size() > 2);
        for (const unsigned e : enables) CHECK(e == 0b0001);
    });
}

// PCI 2.3, 3.2.1 and 3.3.3.1; found by the monitor in a random system.
TEST_CASE("FRAME# stays while a data phase waits for TRDY#, even if its master would end there",
          "[bus][terminations][pins][regression]") {
    in_own_simulation([] {
        RuleBench bench({.parking = Parking::host});
        bench.memory.how = {Decode::fast, 6, 0};
        bus::DmaRun control;
        Run wanted = bench.run(Command::memory_write, 64);
        wanted.control = &control;
        bench.add_run(wanted, 1);
        bench.add_master([&](unsigned) {
            sc_core::wait(bus::to_sc_time(4 * bench.period));  // in clock 4 of the transaction
            control.request_stop(bus::simulated_now());
        });
        bench.simulate();
        const auto record = bench.records().front();
        CHECK(bench.wave(trdy, record) == "-------__-");
        CHECK(bench.wave(frame, record) == "________--");
        CHECK(record.bytes == 8);
    });
}
