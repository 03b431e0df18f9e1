// SPDX-License-Identifier: MIT
#include "tests/bus/random_system.h"

#include "tests/bus/test_bus.h"

#include <ghostcard/bus/host_bridge.h>
#include <ghostcard/bus/pci/make_bus.h>
#include <ghostcard/bus/pci/pci_bridge.h>
#include <ghostcard/bus/pci/protocol_monitor.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

namespace ghostcard::tests {
namespace {

using namespace bus;
using namespace bus::pci;

constexpr std::uint64_t ram_bytes = 1 << 20;
constexpr std::uint64_t device_part = 64 << 10;  // of RAM, from 64 KiB on
constexpr BusAddress register_window{0xe000'0000};
constexpr unsigned bridge_device = 1;

/// A line of the log: by time, and at one instant by what it says.
struct Event {
    Duration time;
    std::string text;
    friend auto operator<=>(const Event&, const Event&) = default;
};
using Log = std::vector<Event>;

std::uint64_t hash(std::span<const std::byte> bytes) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const std::byte byte : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100'0000'01b3;
    return hash;
}

class Transactions : public TransactionObserver {
public:
    /// above: buses from that of the devices up to the one that is watched.
    Transactions(Log& log, std::size_t above) : log_(log), above_(above) {}
    void transaction(const TransactionRecord& r) override {
        for (std::uint64_t i = 0; i < r.times; ++i)
            log_.push_back(
                {r.start_of(i),
                 fmt::format("transaction {} above of {}: {:x} {:#x} {} {} {} {} {} {}", above_, r.master,
                             static_cast<unsigned>(r.command), r.address_of(i).value, r.data_phases, r.first_data_clock,
                             r.last_data_clock, r.clocks, r.bytes, static_cast<unsigned>(r.termination))});
    }

private:
    Log& log_;
    const std::size_t above_;
};

class FollowedRun : public DmaRun {
public:
    FollowedRun(Log& log, unsigned device, const DeviceRun& run)
        : log_(log), device_(device), run_(run), begin_(simulated_now()) {}
    Duration ready_at(std::uint64_t bytes) const override {
        return begin_ + static_cast<std::int64_t>(bytes) * run_.byte_time;
    }
    void moved(std::uint64_t bytes, Duration at) override {
        log_.push_back({at, fmt::format("{} moved {}", device_, bytes)});
    }

private:
    Log& log_;
    const unsigned device_;
    const DeviceRun& run_;
    const Duration begin_;
};

/// A register window with side effects: has to be on time.
class Registers : public MemoryTarget {
public:
    explicit Registers(Log& log) : log_(log) { base = register_window; }
    bool punctual() const override { return true; }
    void read(const pci::Access& phase, std::span<std::byte> data, Duration at) override {
        CHECK(at == simulated_now());
        log_.push_back({at, "register read"});
        MemoryTarget::read(phase, data, at);
    }
    void write(const pci::Access& phase, std::span<const std::byte> data, Duration at) override {
        CHECK(at == simulated_now());
        log_.push_back({at, "register written"});
        MemoryTarget::write(phase, data, at);
    }

private:
    Log& log_;
};

/// Throws at the first thing on the wires that the rules forbid.
class Police : public PinObserver {
public:
    explicit Police(std::uint64_t cache_line) : monitor_(cache_line) {}
    void drive(const Pins& pins) override {
        monitor_.drive(pins);
        if (monitor_.violations().empty()) return;
        const Rule rule = monitor_.violations().front().rule;
        throw std::logic_error(
            fmt::format("violated at {} ps: {} (PCI 2.3, {})", simulated_now().count(), text(rule), source(rule)));
    }

private:
    ProtocolMonitor monitor_;
};

PciSettings with(PciSettings settings, Timing timing) {
    settings.timing = timing;
    return settings;
}

class System {
public:
    System(const PciSystem& system, Timing timing)
        : system_(system),
          host_("host", memory_, make_translation(system.host, memory_), system.host.posting),
          buses_(make_buses(with(system.pci, timing), system.pci.bridges + 1)),
          bus_(buses_.back().get()),
          bridge_("bridge", *buses_.front(), host_, system.pci.host_target, system.host.read_latency),
          registers_(log_) {
        for (std::size_t i = 0; i < buses_.size(); ++i) {
            if (auto* const cycle_bus = dynamic_cast<CycleBus*>(buses_[i].get()))
                cycle_bus->observe_pins(police_.emplace_back(system.pci.cache_line));
            buses_[i]->attach_observer(transactions_.emplace_back(log_, buses_.size() - 1 - i));
            if (i != 0)
                pci_bridges_.push_back(std::make_unique<PciBridge>(fmt::format("bridge_{}", i).c_str(), *buses_[i - 1],
                                                                   *buses_[i], bridge_device, requester(0),
                                                                   system.pci.bridge_buffer.count));
        }
        registers_.how = system.registers;
        bus_->attach_target(registers_);
        for (unsigned i = 0; i < system.devices.size(); ++i) {
            masters_.push_back(bus_->attach_master(requester(i)));
            bases_.push_back(map(i));
            threads_.push_back(
                std::make_unique<Thread>(fmt::format("device_{}", i).c_str(), [this, i] { run_device(i); }));
            stoppers_.push_back(
                std::make_unique<Thread>(fmt::format("stopper_{}", i).c_str(), [this, i] { stop_device(i); }));
        }
        threads_.push_back(std::make_unique<Thread>("cpu", [this] { run_cpu(); }));
    }

    std::string run() {
        sc_core::sc_start(to_sc_time(milliseconds(2)));
        for (const auto& thread : threads_) thread->rethrow();
        for (const auto& bus : buses_) bus->catch_up();
        host_.settle();
        for (const TranslationFault& fault : host_.faults())
            log_.push_back({fault.time, fmt::format("fault at {:#x}", fault.address.value)});
        std::sort(log_.begin(), log_.end());
        std::string text;
        for (const Event& event : log_) text += fmt::format("{} {}\n", event.time.count(), event.text);
        for (const auto& thread : threads_) text += thread->finished() ? "finished\n" : "not finished\n";
        return text + fmt::format("memory {:x}\n", hash(ram()));
    }

private:
    std::span<const std::byte> ram() const { return *memory_.at(*PhysicalRange::of({0}, ram_bytes)); }
    PhysicalRange part(unsigned device) const { return *PhysicalRange::of({(device + 1) * device_part}, device_part); }
    BusAddress map(unsigned device) {
        return *host_.translation_for(requester(device)).map(part(device), DmaDirection::both, {});
    }
    /// The host cannot tell the devices behind a bridge apart.
    RequesterId requester(unsigned device) const {
        return {0, static_cast<std::uint8_t>(buses_.size() > 1 ? 1 : device + 1), 0};
    }
    static std::vector<std::unique_ptr<PciBus>> make_buses(const PciSettings& settings, std::size_t count) {
        std::vector<std::unique_ptr<PciBus>> buses;
        while (buses.size() < count) buses.push_back(make_bus(fmt::format("bus_{}", buses.size()).c_str(), settings));
        return buses;
    }
    void open_bridges() {
        for (unsigned i = 0; i < pci_bridges_.size(); ++i) {
            for (const auto& [offset, value] :
                 opening_writes(i, system_.pci.bridges, *BusRange::of(register_window, 4096), system_.pci))
                bridge_.write_configuration(i * devices_of_bus + bridge_device, offset, value);
        }
    }

    void run_device(unsigned device) {
        unsigned number = 0;
        if (!pci_bridges_.empty()) sc_core::wait(to_sc_time(microseconds(30)));  // until they are open
        for (const DeviceRun& wanted : system_.devices[device].runs) {
            if (wanted.pause != Duration::zero()) sc_core::wait(to_sc_time(wanted.pause));
            std::vector<std::byte> data(wanted.bytes);
            for (std::size_t i = 0; i < data.size(); ++i)
                data[i] = static_cast<std::byte>(i * 7 + number * 31 + device * 101 + 1);
            ++number;
            FollowedRun control(log_, device, wanted);
            Run run{.command = wanted.write ? Command::memory_write : Command::memory_read,
                    .address = bases_[device] + wanted.offset,
                    .data = data,
                    .burst_bytes = wanted.burst,
                    .wide = wanted.wide,
                    .latency_timer = system_.pci.latency_timer,
                    .cache_line = system_.pci.cache_line,
                    .control = &control};
            present_[device] = {&control, simulated_now(), &wanted};
            begun_[device].notify(sc_core::SC_ZERO_TIME);
            bus_->transport(masters_[device], run);
            present_[device].control = nullptr;
            log_.push_back(
                {simulated_now(), fmt::format("{} ended {} {} {:x}", device, static_cast<unsigned>(run.termination),
                                              run.transferred, hash(std::span<const std::byte>(data)))});
        }
    }

    void stop_device(unsigned device) {
        for (;;) {
            while (present_[device].control == nullptr) sc_core::wait(begun_[device]);
            const Present now = present_[device];
            const Duration first = std::min(now.run->pause_after, now.run->stop_after);
            if (first != Duration::max()) {
                sc_core::wait(to_sc_time(first), begun_[device]);
                if (present_[device].control == now.control && present_[device].begin == now.begin) {
                    if (now.run->pause_after < now.run->stop_after)
                        now.control->request_pause(simulated_now());
                    else
                        now.control->request_stop(simulated_now());
                }
            }
            sc_core::wait(begun_[device]);
        }
    }

    void run_cpu() {
        open_bridges();
        for (const HostAction& action : system_.actions) {
            if (action.pause != Duration::zero()) sc_core::wait(to_sc_time(action.pause));
            const unsigned device = action.device % static_cast<unsigned>(bases_.size());
            const RequesterId id = requester(device);
            switch (action.kind) {
                case HostAction::Kind::look:
                    host_.settle();
                    log_.push_back({simulated_now(), fmt::format("looked at {:x}", hash(ram()))});
                    break;
                case HostAction::Kind::read_register:
                    log_.push_back({simulated_now(), "cpu reads"});
                    bridge_.read_configuration(30, 0);
                    static_cast<CpuPort&>(bridge_).read(register_window + 8);
                    log_.push_back({simulated_now(), "cpu has read"});
                    break;
                case HostAction::Kind::write_register:
                    static_cast<CpuPort&>(bridge_).write(register_window + 4, device + 1);
                    log_.push_back({simulated_now(), "cpu has written"});
                    break;
                case HostAction::Kind::unmap:
                    host_.translation_for(id).unmap(*BusRange::of(bases_[device], device_part));
                    break;
                case HostAction::Kind::map:
                    bases_[device] =
                        host_.translation_for(id).map(part(device), DmaDirection::both, {}).value_or(bases_[device]);
                    break;
            }
        }
    }

    struct Present {
        FollowedRun* control = nullptr;
        Duration begin{};
        const DeviceRun* run = nullptr;
    };

    const PciSystem& system_;
    Log log_;
    HostMemory memory_{ram_bytes};
    HostPort host_;
    std::vector<std::unique_ptr<PciBus>> buses_;
    PciBus* const bus_;  ///< That of the devices.
    HostBridge bridge_;
    std::vector<std::unique_ptr<PciBridge>> pci_bridges_;
    Registers registers_;
    std::deque<Transactions> transactions_;
    std::deque<Police> police_;
    std::vector<unsigned> masters_;
    std::vector<BusAddress> bases_;
    std::map<unsigned, Present> present_;
    std::map<unsigned, sc_core::sc_event> begun_;
    std::vector<std::unique_ptr<Thread>> threads_, stoppers_;
};

}  // namespace

std::string events_of(const PciSystem& system, Timing timing) {
    System running(system, timing);
    return running.run();
}

std::ostream& operator<<(std::ostream& out, const PciSystem& s) {
    const auto& p = s.pci;
    out << fmt::format("clock {} width {} parking {} arbitration {} latency timer {} line {} back-to-back {}\n",
                       p.clock.count, p.width, static_cast<int>(p.parking), static_cast<int>(p.arbitration),
                       p.latency_timer, p.cache_line, p.fast_back_to_back);
    out << fmt::format("bridges {} of {}\n", p.bridges, p.bridge_buffer.count);
    const auto show = [&out](const char* name, const TargetTiming& t) {
        const auto number = [](const std::optional<unsigned>& n) { return n ? std::to_string(*n) : std::string("-"); };
        out << fmt::format("{}: decode {} waits {} {} width {} line {} retry {} disconnect {} abort {}\n", name,
                           static_cast<unsigned>(t.decode), t.initial_wait, t.data_wait, t.width, t.line,
                           number(t.retry_after), number(t.disconnect_after), number(t.abort_after));
    };
    show("host", p.host_target);
    show("registers", s.registers);
    out << fmt::format("translation {} posting {} ps, buffer {}, drain {}; read latency {} ps\n",
                       static_cast<int>(s.host.translation), s.host.posting.delay.count(), s.host.posting.buffer.count,
                       s.host.posting.drain.count, s.host.read_latency.count());
    for (std::size_t i = 0; i < s.devices.size(); ++i)
        for (const DeviceRun& r : s.devices[i].runs)
            out << fmt::format(
                "device {}: after {} ps {} {} bytes at {} in bursts of {}, wide {}, {} ps a byte, pause {} stop {}\n",
                i, r.pause.count(), r.write ? "write" : "read", r.bytes, r.offset, r.burst, r.wide, r.byte_time.count(),
                r.pause_after == Duration::max() ? -1 : r.pause_after.count(),
                r.stop_after == Duration::max() ? -1 : r.stop_after.count());
    for (const HostAction& a : s.actions)
        out << fmt::format("host: after {} ps action {} device {}\n", a.pause.count(), static_cast<int>(a.kind),
                           a.device);
    return out;
}

}  // namespace ghostcard::tests
