// SPDX-License-Identifier: MIT
#include "../worker_pool.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/sweep/run_sweep.h>

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace ghostcard::scenarios::sweep {
namespace {

using Json = nlohmann::ordered_json;

/// What a point's process tells.
std::string answer_of(const Sweep& sweep, const Point& point, const RunOne& run_one) {
    Json answer;
    try {
        const Scenario scenario = scenario_of(sweep, point);
        answer["scenario"] = resolved_document(scenario);
        answer["metrics"] = metrics_of(run_one(scenario, {}).document);
        answer["ending"] = Ending::done;
    } catch (const InputError& error) {
        answer["ending"] = Ending::refused;
        answer["reason"] = error.what();
    } catch (const std::exception& error) {
        answer["ending"] = Ending::failed;
        answer["reason"] = error.what();
    }
    return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Row row_of(const Sweep& sweep, const Point& point, const Ended& ended) {
    Row row{.number = point.number,
            .repetition = point.repetition,
            .seed = point.seed,
            .command = command_of(sweep, point)};
    for (std::size_t i = 0; i < point.values.size(); ++i)
        row.values[std::string(sweep.axes[i].key->name)] = point.values[i];
    if (ended.timed_out) {
        row.ending = Ending::timed_out;
        row.reason = fmt::format("more than sweep.timeout, {} ms", sweep.timeout.count());
        return row;
    }
    const Json answer = Json::parse(ended.answer, nullptr, false);
    if (!ended.death.empty() || !answer.is_object()) {
        row.ending = Ending::crashed;
        row.reason = ended.death.empty() ? "no answer" : ended.death;
        return row;
    }
    row.ending = answer["ending"].get<Ending>();
    row.reason = answer.value("reason", "");
    row.scenario = answer.value("scenario", Json());
    const Json metrics = answer.value("metrics", Json::object());
    for (const auto& [path, value] : metrics.items()) row.metrics[path] = value;
    return row;
}

}  // namespace

void run_rows(const Sweep& sweep, const std::function<const Point*()>& next,
              const std::function<void(const Row&)>& ended, const RunOne& run_one, const ManyOptions& options) {
    std::map<std::uint64_t, const Point*> under_way;
    const std::function<std::optional<Task>()> next_task = [&]() -> std::optional<Task> {
        const Point* const point = next();
        if (point == nullptr) return std::nullopt;
        under_way[point->number] = point;
        return Task{point->number, [&sweep, &run_one, point] { return answer_of(sweep, *point, run_one); }};
    };
    work_in_processes(
        options.jobs, sweep.timeout, next_task,
        [&](const Ended& end) {
            const Point& point = *under_way.extract(end.number).mapped();
            ended(row_of(sweep, point, end));
        },
        options.is_cancelled);
}

void run_points(const Sweep& sweep, std::span<const Point> points, ResultStore& store, const RunOne& run_one,
                const ManyOptions& options) {
    const std::vector<std::uint64_t> known = store.numbers();
    std::vector<const Point*> missing;
    for (const Point& point : points)
        if (!std::binary_search(known.begin(), known.end(), point.number)) missing.push_back(&point);
    auto next = missing.begin();
    std::uint64_t done = points.size() - missing.size();
    const auto report = [&] {
        if (options.progress) options.progress(done, points.size());
    };
    report();
    run_rows(
        sweep, [&]() -> const Point* { return next == missing.end() ? nullptr : *next++; },
        [&](const Row& row) {
            store.add(row);
            ++done;
            report();
        },
        run_one, options);
}

}  // namespace ghostcard::scenarios::sweep
