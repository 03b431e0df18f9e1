// SPDX-License-Identifier: MIT
#include "worker_pool.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/run_all.h>

#include <chrono>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::hours longest_run{1};

std::string answer_of(const Scenario& scenario, const RunOne& run_one) {
    Json answer;
    try {
        const RunResult result = run_one(scenario, {});
        answer = {{"document", result.document}, {"wall_seconds", result.wall_time.count()}};
    } catch (const InputError& error) {
        answer = {{"error", error.what()}, {"is_bad_input", true}};
    } catch (const std::exception& error) {
        answer = {{"error", error.what()}};
    }
    return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

JUnitRun run_of(const Scenario& scenario, const Ended& ended) {
    JUnitRun run;
    Json answer = Json::parse(ended.answer, nullptr, false);
    if (ended.timed_out)
        run.error = fmt::format("it took more than {} h", longest_run.count());
    else if (!ended.death.empty())
        run.error = "its process was " + ended.death;
    else if (!answer.is_object())
        run.error = "its process gave no answer";
    else
        run.error = answer.value("error", "");
    run.is_bad_input = answer.is_object() && answer.value("is_bad_input", false);
    if (run.error.empty()) {
        run.document = std::move(answer["document"]);
        run.wall_time = std::chrono::duration<double>(answer["wall_seconds"].get<double>());
    } else {
        run.document["scenario"] = {{"file", scenario.file.string()}, {"seed", scenario.seed}};
    }
    return run;
}

}  // namespace

std::vector<JUnitRun> run_all(std::span<const Scenario> scenarios, const RunOne& run_one, const ManyOptions& options) {
    std::vector<JUnitRun> runs(scenarios.size());
    std::uint64_t begun = 0, done = 0;
    work_in_processes(
        options.jobs, longest_run,
        [&]() -> std::optional<Task> {
            if (begun == scenarios.size()) return std::nullopt;
            const std::uint64_t number = begun++;
            return Task{number, [&run_one, &scenario = scenarios[number]] { return answer_of(scenario, run_one); }};
        },
        [&](const Ended& ended) {
            runs[ended.number] = run_of(scenarios[ended.number], ended);
            ++done;
            if (options.progress) options.progress(done, scenarios.size());
        },
        options.is_cancelled);
    return runs;
}

}  // namespace ghostcard::scenarios
