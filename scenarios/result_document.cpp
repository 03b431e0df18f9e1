// SPDX-License-Identifier: MIT
#include "result_document.h"

#include <ghostcard/bus/sim_time.h>
#include <ghostcard/scenarios/resolved.h>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;
using platform::Platform;

constexpr int schema_version = 1;

Json frames(const FrameBooks::Totals& totals, const dma::DriverStatistics& driver) {
    return {{"produced", totals.produced},
            {"delivered", totals.delivered},
            {"dropped", totals.dropped},
            {"corrupt", totals.corrupt},
            {"starved", driver.starved}};
}

Json bursts(const bus::pci::BusStatistics::Master& card) {
    using bus::pci::percentile;
    std::uint64_t count = 0;
    for (const auto& [clocks, times] : card.by_clocks) count += times;
    Json bursts{{"count", count}};
    if (count == 0) return bursts;
    bursts["bytes_p50"] = percentile(card.by_bytes, 0.5);
    bursts["clocks_p50"] = percentile(card.by_clocks, 0.5);
    bursts["clocks_max"] = card.by_clocks.rbegin()->first;
    return bursts;
}

Json bus_activity(const Scenario& scenario, const bus::pci::BusStatistics& statistics, Duration simulated) {
    using bus::pci::Termination;
    const Duration period = bus::pci::clock_period(scenario.pci.clock);
    const std::int64_t clocks = simulated / period;
    bus::pci::BusStatistics::Master all;
    for (const auto& [number, master] : statistics.masters()) {
        all.transactions += master.transactions;
        all.clocks += master.clocks;
        all.data_phases += master.data_phases;
        for (const auto& [termination, times] : master.by_termination) all.by_termination[termination] += times;
    }
    const auto& masters = statistics.masters();
    const auto of = [&masters](unsigned number) {
        const auto found = masters.find(number);
        return found == masters.end() ? bus::pci::BusStatistics::Master{} : found->second;
    };
    const auto card = of(Platform::card_master);
    return {{"kind", "pci"},
            {"timing", resolved_document(scenario)["bus"]["timing"]},
            {"clock_period_ps", period.count()},
            {"width", scenario.pci.width},
            {"clocks", clocks},
            {"busy_clocks", all.clocks},
            {"utilisation", clocks == 0 ? 0.0 : static_cast<double>(all.clocks) / static_cast<double>(clocks)},
            {"data_phases", all.data_phases},
            {"transactions",
             {{"total", all.transactions},
              {"dma", card.transactions},
              {"cpu", of(Platform::host_master).transactions},
              {"retries", all.by_termination[Termination::retry]},
              {"disconnects", all.by_termination[Termination::disconnect]},
              {"timeouts", all.by_termination[Termination::timeout]},
              {"master_aborts", all.by_termination[Termination::master_abort]},
              {"target_aborts", all.by_termination[Termination::target_abort]}}},
            {"bytes", {{"to_memory", card.bytes}, {"cpu", of(Platform::host_master).bytes}}},
            {"burst", bursts(card)}};
}

Json wire_activity(const bus::pcie::LinkCounts& counts, const bus::pcie::PcieSettings& settings, Duration simulated) {
    const auto skp_bytes = counts.skps * bus::pcie::skp_length(settings) * settings.lanes;
    const bus::pcie::LinkTime busy =
        static_cast<std::int64_t>(counts.wire_bytes() + skp_bytes) * bus::pcie::byte_time(settings);
    return {{"tlps", counts.tlps},
            {"dllps", counts.dllps},
            {"skps", counts.skps},
            {"data_bytes", counts.data_bytes},
            {"wire_bytes", counts.wire_bytes()},
            {"utilisation", simulated == Duration::zero()
                                ? 0.0
                                : static_cast<double>(busy.count()) /
                                      static_cast<double>(bus::pcie::to_link_time(simulated).count())}};
}

Json link_activity(const Scenario& scenario, bus::pcie::RootComplex& root, Duration simulated) {
    using bus::pcie::Direction;
    const bus::pcie::PcieSettings& settings = root.settings();
    const bus::pcie::LinkCounts& up = root.counts(Direction::up);
    return {{"kind", "pcie"},
            {"timing", resolved_document(scenario)["bus"]["timing"]},
            {"generation", settings.generation},
            {"lanes", settings.lanes},
            {"max_payload", settings.max_payload.count},
            {"up", wire_activity(up, settings, simulated)},
            {"down", wire_activity(root.counts(Direction::down), settings, simulated)}};
}

Json dma_activity(const dma::DriverStatistics& driver) {
    std::uint64_t errors = 0;
    Json by_code = Json::object();
    for (const auto& [code, count] : driver.dma_errors) {
        errors += count;
        by_code[std::string(name_of(code))] = count;
    }
    return {{"operations", driver.dma_operations}, {"errors", errors}, {"errors_by_code", by_code}};
}

Json interrupts(const Scenario& scenario, const platform::Cpu::Counts& counts) {
    return {{"kind", scenario.driver.interrupt == dma::InterruptKind::msi ? "msi" : "intx"},
            {"raised", counts.raised},
            {"claimed", counts.claimed},
            {"declined", counts.declined},
            {"dpcs", counts.deferred}};
}

Json copy(const dma::DriverStatistics& driver, Duration simulated) {
    return {{"bytes", driver.bytes_copied},
            {"simulated_ps", driver.copy_time.count()},
            {"cpu_fraction", simulated == Duration::zero() ? 0.0
                                                           : static_cast<double>(driver.copy_time.count()) /
                                                                 static_cast<double>(simulated.count())}};
}

Json latency(const FrameBooks& books) {
    Json latency = Json::object();
    if (books.latencies().empty()) return latency;
    latency["p50_ps"] = bus::pci::percentile(books.latencies(), 0.5);
    latency["p99_ps"] = bus::pci::percentile(books.latencies(), 0.99);
    latency["max_ps"] = books.latencies().rbegin()->first;
    return latency;
}

Json translation(const Scenario& scenario, const bus::HostPort& host) {
    Json faults = Json::array();
    for (const bus::TranslationFault& fault : host.faults())
        faults.push_back({{"address", fmt::format("{:#x}", fault.address.value)},
                          {"direction", fault.write ? "to_memory" : "from_memory"},
                          {"requester", fmt::format("{:02x}:{:02x}.{}", fault.requester.bus, fault.requester.device,
                                                    fault.requester.function)},
                          {"time_ps", fault.time.count()}});
    return {{"kind", resolved_document(scenario)["host"]["translation"]},
            {"fault_count", host.fault_count()},
            {"faults", std::move(faults)}};
}

Json driver_report(const dma::CaptureDriver& driver) {
    Json events = Json::array();
    for (const dma::DriverEvent& event : driver.events())
        events.push_back({{"time_ps", event.time.count()}, {"text", event.text}});
    return {{"status", name_of(driver.status())}, {"events", std::move(events)}};
}

}  // namespace

Json result_document(const Scenario& scenario, Platform& platform, const dma::CaptureDriver& driver,
                     const FrameBooks& books, const ConsumerBuffers& buffers) {
    const Duration simulated = bus::simulated_now();
    const model::Raster& raster = platform.card.video().raster();
    Json document;
    document["schema_version"] = schema_version;
    document["scenario"] = {{"title", scenario.title},
                            {"file", scenario.file.string()},
                            {"seed", scenario.seed},
                            {"keys", resolved_document(scenario)}};
    document["verdict"] = nullptr;
    document["expectations"] = Json::array();
    document["frames"] = frames(books.totals(), driver.statistics());
    document["stream"] = {{"picture_number", books.stream().picture_number},
                          {"drop_count", books.stream().drop_count},
                          {"discontinuities", books.stream().discontinuities}};
    document["consumer"] = buffers.document();
    document["video"] = {{"raster", raster.name},
                         {"width", raster.width},
                         {"height", raster.height},
                         {"interlaced", raster.interlaced},
                         {"line_clocks", raster.line_clocks},
                         {"lines", raster.lines},
                         {"frame_period_ps", raster.instant_of(raster.frame_clocks()).count()}};
    document["bus"] = platform.root_complex ? link_activity(scenario, *platform.root_complex, simulated)
                                            : bus_activity(scenario, platform.bus_statistics, simulated);
    document["dma"] = dma_activity(driver.statistics());
    document["interrupts"] = interrupts(scenario, platform.cpu.counts());
    document["copy"] = copy(driver.statistics(), simulated);
    document["latency"] = latency(books);
    document["memory"] = {{"bytes", scenario.card.memory.count},
                          {"high_water_bytes", platform.card.memory_high_water()}};
    document["translation"] = translation(scenario, platform.host);
    document["driver"] = driver_report(driver);
    document["simulated_ps"] = simulated.count();
    return document;
}

}  // namespace ghostcard::scenarios
