// SPDX-License-Identifier: MIT
#include "link_timing.h"

#include <ghostcard/scenarios/timing.h>

#include <ghostcard/bus/pci/bus_load.h>
#include <ghostcard/bus/pci/make_bus.h>
#include <ghostcard/bus/sim_time.h>
#include <ghostcard/scenarios/resolved.h>

#include <memory>
#include <optional>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;
using namespace bus::pci;

constexpr std::uint64_t window_bytes = 1ull << 20;
constexpr BusAddress load_window{0xd000'0000};
constexpr Duration between_bursts = microseconds(2);
constexpr Duration longest_burst = milliseconds(100);

/// The master's own wish to stop is the measurement's doing.
std::string_view ending(Termination termination) {
    return name_of(termination == Termination::stopped ? Termination::completed : termination);
}

/// A target that refuses its first transaction if it is to, but not the repetition that its master then owes it.
class RepeatableTarget : public WindowTarget {
public:
    using WindowTarget::WindowTarget;
    TargetTiming timing() const override {
        TargetTiming timing = WindowTarget::timing();
        if (measured_ && timing.retry_after == 0u) timing.retry_after.reset();
        return timing;
    }
    void set_measured(bool measured) { measured_ = measured; }

private:
    bool measured_ = false;
};

/// A bus with one master that is measured, what it talks to, and the other masters.
class Bench : public sc_core::sc_module, private TransactionObserver {
public:
    Bench(const sc_core::sc_module_name& name, const PciSettings& settings, const TimingRequest& request)
        : sc_module(name),
          settings_(settings),
          request_(request),
          bus_(make_bus("bus", settings)),
          memory_(*BusRange::of(request.address, window_bytes), settings.host_target),
          device_(*BusRange::of(load_window, page_size), {}) {
        bus_->attach_target(memory_);
        bus_->attach_target(device_);
        bus_->attach_observer(*this);
        bus_->attach_master({});  // the host, which is silent
        master_ = bus_->attach_master({0, 1, 0});
        for (unsigned i = 0; i < settings.load.masters; ++i) {
            const auto device = static_cast<std::uint8_t>(2 + i);
            auto& load = *loads_.emplace_back(std::make_unique<BusLoad>(
                fmt::format("load{}", i).c_str(), *bus_, bus::RequesterId{0, device, 0}, settings.load,
                settings.load.period * i / settings.load.masters, settings.latency_timer, settings.cache_line));
            load.set_address(settings.load.target == LoadTarget::device ? load_window : request.address);
        }
        SC_HAS_PROCESS(Bench);
        SC_THREAD(run);
    }

    /// One for each burst: its first transaction.
    const std::vector<TransactionRecord>& records() const { return records_; }

private:
    void run() {
        std::vector<std::byte> data(window_bytes);
        for (const std::uint64_t bytes : request_.bursts) {
            wait(bus::to_sc_time(between_bursts));
            bus::DmaRun control;
            present_ = &control;
            memory_.set_measured(false);
            Run run{.command = request_.write ? Command::memory_write : Command::memory_read,
                    .address = request_.address,
                    .data = std::span(data).first(bytes),
                    .burst_bytes = bytes,
                    .wide = true,
                    .latency_timer = settings_.latency_timer,
                    .cache_line = settings_.cache_line,
                    .control = &control};
            bus_->transport(master_, run);
        }
    }

    /// The first transaction is what is asked for; whatever it has left over is not repeated.
    void transaction(const TransactionRecord& record) override {
        if (record.master != master_ || present_ == nullptr) return;
        records_.push_back(record);
        memory_.set_measured(true);
        present_->request_pause(record.start + record.clocks * bus_->period() - Duration(1));
        present_ = nullptr;
    }

    const PciSettings settings_;
    const TimingRequest& request_;
    std::unique_ptr<PciBus> bus_;
    RepeatableTarget memory_;
    WindowTarget device_;
    std::vector<std::unique_ptr<BusLoad>> loads_;
    unsigned master_ = 0;
    bus::DmaRun* present_ = nullptr;
    std::vector<TransactionRecord> records_;
};

Json document_of(std::uint64_t bytes, const TransactionRecord& record, Duration period) {
    const Duration duration = record.clocks * period;
    return {{"bytes", bytes},
            {"data_phases", record.data_phases},
            {"first_data_clock", record.first_data_clock},
            {"last_data_clock", record.last_data_clock},
            {"clocks", record.clocks},
            {"duration_ps", duration.count()},
            {"bytes_per_second", static_cast<double>(record.bytes) * 1e12 / static_cast<double>(duration.count())},
            {"termination", ending(record.termination)},
            {"bytes_transferred", record.bytes}};
}

PciSettings with(PciSettings settings, Timing timing) {
    settings.timing = timing;
    return settings;
}

}  // namespace

TimingResult measure_timing(const Scenario& scenario, const TimingRequest& request) {
    if (scenario.bus.kind == BusKind::pcie) return measure_link_timing(scenario, request);
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    const Bench cycle("cycle", with(scenario.pci, Timing::cycle), request);
    const Bench analytic("analytic", with(scenario.pci, Timing::analytic), request);
    sc_core::sc_start(bus::to_sc_time(static_cast<std::int64_t>(request.bursts.size()) * longest_burst));

    const Duration period = clock_period(scenario.pci.clock);
    TimingResult result;
    Json bursts = Json::array();
    for (std::size_t i = 0; i < request.bursts.size(); ++i) {
        const auto of = [&](const Bench& bench) {
            return i < bench.records().size() ? document_of(request.bursts[i], bench.records()[i], period)
                                              : Json{{"bytes", request.bursts[i]}};
        };
        bursts.push_back(of(cycle));
        if (of(cycle) != of(analytic) && result.difference.empty())
            result.difference =
                fmt::format("the timings differ: cycle {}, analytic {}", of(cycle).dump(), of(analytic).dump());
    }
    result.document = {{"op", request.write ? "write" : "read"},
                       {"bus", resolved_document(scenario)["bus"]},
                       {"bursts", std::move(bursts)}};
    return result;
}

}  // namespace ghostcard::scenarios
