// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>
#include <ghostcard/scenarios/scenario.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::scenarios {

struct RunOptions {
    std::optional<std::filesystem::path> capture;  ///< Y4M of what the consumer received.
    std::optional<std::filesystem::path> vcd;      ///< Waveform of the bus.
    std::optional<std::filesystem::path> trace;    ///< What happened, as Perfetto shows it.
    std::optional<std::filesystem::path> pcap;     ///< The TLPs of a PCI Express link.
    std::optional<Duration> trace_from, trace_to;  ///< The part of simulated time that these cover.
    std::function<void(std::uint64_t frames_done, std::uint64_t frames_total)> progress;  ///< May be empty.
    std::function<bool()> is_cancelled;  ///< Asked when a frame is done; true ends the run. May be empty.
};

/// The run was cancelled; it has no result and has left no file.
struct Cancelled {};

/// Something that the driver did or met.
struct DriverEvent {
    Duration time;  ///< Simulated.
    std::string text;
};

struct RunResult {
    nlohmann::ordered_json document;  ///< The result document; the same for the same scenario on every machine.
    bool met = false;                 ///< Every expectation was met.
    std::vector<DriverEvent> driver_log;
    std::chrono::duration<double> wall_time{};
};

/// Wires, runs and judges a scenario. SystemC elaborates once in a process, and so this may be called once. Throws
/// InputError for what the user can mend, before it writes any file, and Cancelled.
RunResult run_scenario(const Scenario& scenario, const RunOptions& options);

}  // namespace ghostcard::scenarios
