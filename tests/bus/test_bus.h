// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/simulation.h"

#include <ghostcard/bus/pci/cycle_bus.h>
#include <ghostcard/bus/pci/make_bus.h>
#include <ghostcard/bus/pci/protocol_monitor.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ghostcard::tests {

/// A target that holds bytes and keeps the times at which they moved.
class MemoryTarget : public bus::pci::Target {
public:
    BusAddress base;
    std::vector<std::byte> bytes = std::vector<std::byte>(1 << 16);
    bus::pci::TargetTiming how{bus::pci::Decode::fast};
    std::uint64_t abort_at = ~0ull;  ///< Offset of the byte at which it aborts.
    std::vector<Duration> writes;

    bool claims(bus::pci::Command, BusAddress address) const override {
        return address >= base && address < base + bytes.size();
    }
    bus::pci::TargetTiming timing() const override { return how; }
    bool punctual() const override { return false; }
    bus::pci::Answer answer(const bus::pci::Access& phase, Duration) override {
        return phase.address - base < abort_at ? bus::pci::Answer::transfer : bus::pci::Answer::abort;
    }
    void read(const bus::pci::Access& phase, std::span<std::byte> data, Duration) override {
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(phase.address - base), data.size(), data.begin());
    }
    void write(const bus::pci::Access& phase, std::span<const std::byte> data, Duration at) override {
        std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(phase.address - base));
        writes.push_back(at);
    }
};

class Recorder : public bus::pci::TransactionObserver, public bus::pci::PinObserver {
public:
    std::vector<bus::pci::TransactionRecord> records;
    struct Clock {
        Duration begin;
        bus::pci::Pins pins;
    };
    std::vector<Clock> clocks;

    void transaction(const bus::pci::TransactionRecord& record) override {
        for_each(record, [this](const bus::pci::TransactionRecord& one) { records.push_back(one); });
    }
    void drive(const bus::pci::Pins& pins) override { clocks.push_back({bus::simulated_now(), pins}); }

    /// The wire, a character for each recorded clock of the transaction: '_' asserted, '-' not.
    template <class Pin>
    std::string wave(Pin pin, const bus::pci::TransactionRecord& record, Duration period) const {
        std::string wave;
        for (const Clock& clock : clocks)
            if (clock.begin >= record.start && clock.begin < record.start + record.clocks * period)
                wave += pin(clock.pins) ? '_' : '-';
        return wave;
    }
};

/// One bus with either timing, a memory at 0x10000000 and a few masters. The wires of the clock by clock timing are
/// recorded, and policed.
class RuleBench {
public:
    explicit RuleBench(bus::pci::PciSettings settings, unsigned masters = 2)
        : period(bus::pci::clock_period(settings.clock)),
          bus(bus::pci::make_bus("bus", settings)),
          monitor_(settings.cache_line) {
        memory.base = {0x1000'0000};
        bus->attach_target(memory);
        bus->attach_observer(recorder);
        for (unsigned i = 0; i < masters; ++i) bus->attach_master({0, static_cast<std::uint8_t>(i), 0});
        if (auto* const wires = dynamic_cast<bus::pci::CycleBus*>(bus.get())) wires->observe_pins(shown_);
    }
    ~RuleBench() {
        for (const auto& violation : monitor_.violations()) FAIL_CHECK(text(violation.rule));
    }

    bus::pci::Run run(bus::pci::Command command, std::size_t bytes, std::uint64_t burst_bytes = 0) {
        auto& data = data_.emplace_back(std::make_unique<std::vector<std::byte>>(bytes, std::byte{0x5a}));
        return {.command = command,
                .address = memory.base,
                .data = *data,
                .burst_bytes = burst_bytes == 0 ? bytes : burst_bytes};
    }

    /// What the thread of each master does.
    void add_master(std::function<void(unsigned)> body) {
        const auto master = static_cast<unsigned>(threads_.size());
        threads_.push_back(std::make_unique<Thread>(("master" + std::to_string(master)).c_str(),
                                                    [body = std::move(body), master] { body(master); }));
    }
    /// A master that asks for one run from the n-th clock on.
    void add_run(bus::pci::Run wanted, unsigned clock = 1) {
        add_master([this, wanted, clock](unsigned master) {
            sc_core::wait(bus::to_sc_time(clock * period - Duration(1)));
            bus::pci::Run run = wanted;
            bus->transport(master, run);
            ended.push_back(run);
        });
    }
    /// Until all masters have come to their ends.
    void simulate(Duration limit = milliseconds(1)) {
        sc_core::sc_start(bus::to_sc_time(limit));
        for (const auto& thread : threads_) {
            thread->rethrow();
            CHECK(thread->finished());
        }
        bus->catch_up();
        std::stable_sort(recorder.records.begin(), recorder.records.end(),
                         [](const auto& a, const auto& b) { return a.start < b.start; });
    }
    /// All transactions in order.
    const std::vector<bus::pci::TransactionRecord>& records() const { return recorder.records; }
    /// The wire over the whole transaction and so many clocks more.
    template <class Pin>
    std::string wave(Pin pin, bus::pci::TransactionRecord record, unsigned more = 0) const {
        record.clocks += more;
        return recorder.wave(pin, record, period);
    }

    const Duration period;
    MemoryTarget memory;
    Recorder recorder;
    std::unique_ptr<bus::pci::PciBus> bus;
    std::vector<bus::pci::Run> ended;

private:
    class Shown : public bus::pci::PinObserver {
    public:
        explicit Shown(RuleBench& bench) : bench_(bench) {}
        void drive(const bus::pci::Pins& pins) override {
            bench_.recorder.drive(pins);
            bench_.monitor_.drive(pins);
        }

    private:
        RuleBench& bench_;
    };

    bus::pci::ProtocolMonitor monitor_;
    Shown shown_{*this};
    std::vector<std::unique_ptr<std::vector<std::byte>>> data_;
    std::vector<std::unique_ptr<Thread>> threads_;
};

/// Calls the body in a simulation of its own for each timing.
template <class Body>
void under_both_timings(Body body) {
    for (const auto timing : {bus::pci::Timing::cycle, bus::pci::Timing::analytic}) {
        CAPTURE(static_cast<int>(timing));
        in_own_simulation([&] { body(timing); });
    }
}

}  // namespace ghostcard::tests
