// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/model/config_dump.h>
#include <ghostcard/scenarios/attach.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/run.h>
#include <ghostcard/scenarios/serve.h>
#include <ghostcard/scenarios/timing.h>

#include <algorithm>
#include <stdexcept>

// Stands in for the simulation where only the command is under test: delivers every frame at once. The title makes it
// fail: "internal" as our own mistake, "input" as the user's.

namespace ghostcard::scenarios {

RunResult run_scenario(const Scenario& scenario, const RunOptions& options) {
    if (scenario.title == "internal") throw std::logic_error("two\nlines");
    if (scenario.title == "input") throw InputError("host.memory is too small");
    const unsigned frames = scenario.video.frames.value_or(30);
    if (options.progress) options.progress(frames, frames);
    RunResult result;
    result.document = {{"schema_version", 1},
                       {"scenario",
                        {{"title", scenario.title},
                         {"file", scenario.file.string()},
                         {"seed", scenario.seed},
                         {"keys", resolved_document(scenario)}}},
                       {"verdict", nullptr},
                       {"frames", {{"produced", frames}, {"delivered", frames}}},
                       {"simulated_ps", Duration(milliseconds(100)).count()}};
    const auto outcomes = check(scenario.expect, result.document);
    result.met = std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& each) { return each.met; });
    result.document["verdict"] = result.met ? "passed" : "failed";
    result.document["expectations"] = document_of(outcomes);
    result.driver_log = {{microseconds(3), "driver started"}};
    result.wall_time = std::chrono::milliseconds(250);
    if (options.capture) {
        OutputFile capture(*options.capture);
        capture.write("YUV4MPEG2");
        capture.commit();
    }
    return result;
}

/// Every burst takes as many clocks as it has bytes; the timings differ over one of 666.
TimingResult measure_timing(const Scenario& scenario, const TimingRequest& request) {
    TimingResult result;
    auto bursts = nlohmann::ordered_json::array();
    for (const std::uint64_t bytes : request.bursts) {
        bursts.push_back({{"bytes", bytes},
                          {"data_phases", 1},
                          {"first_data_clock", 2},
                          {"last_data_clock", 3},
                          {"clocks", bytes},
                          {"duration_ps", 30'000 * bytes},
                          {"bytes_per_second", 33.3e6},
                          {"termination", "completed"},
                          {"bytes_transferred", bytes}});
        if (bytes == 666) result.difference = "the timings differ";
    }
    result.document = {
        {"op", request.write ? "write" : "read"}, {"bus", resolved_document(scenario)["bus"]}, {"bursts", bursts}};
    return result;
}

/// Nobody comes.
void serve_scenario(const Scenario&, const ServeOptions& options, std::shared_ptr<spdlog::logger> log) {
    log->info("serving at {}", options.socket.string());
}

/// Every frame comes at once, but the last one of 666.
AttachResult attach(const Scenario& scenario, const AttachOptions& options) {
    const unsigned wanted = scenario.video.frames.value_or(30);
    AttachResult result;
    result.complete = wanted != 666;
    const unsigned delivered = result.complete ? wanted : wanted - 1;
    if (options.progress) options.progress(delivered, wanted);
    result.document = {{"frames", {{"wanted", wanted}, {"delivered", delivered}, {"discontinuities", 0}}},
                       {"driver", {{"status", "ok"}}}};
    result.driver_log = {{microseconds(3), "driver started"}};
    return result;
}

}  // namespace ghostcard::scenarios

namespace ghostcard::model {

std::string config_dump(const std::optional<bus::pcie::PcieSettings>& link, unsigned) {
    return link ? "01:00.0 fake\n" : "00:00.0 fake\n";
}

}  // namespace ghostcard::model
