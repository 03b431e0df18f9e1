// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/report/study.h>
#include <ghostcard/scenarios/sweep/result_store.h>
#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <functional>
#include <string>

#include "tests/support/temporary_folder.h"

namespace ghostcard::tests {

/// Fills in what came of a point; false if it has not been run.
using Measure = std::function<bool(scenarios::sweep::Row&)>;

/// A sweep of pretended results, written to a database and read again.
inline scenarios::report::Study measured_study(const std::string& axes, const std::string& question,
                                               const Measure& measure,
                                               const std::string& more = "title = \"A study\"\n") {
    namespace sweep = scenarios::sweep;
    const sweep::Sweep plan =
        sweep::parse_sweep("[sweep]\nscenario = \"" GHOSTCARD_SCENARIO_FOLDER "/hd_1080p60.toml\"\n" + more +
                               "[axes]\n" + axes + "[question]\n" + question,
                           "x.toml");
    const auto points = sweep::points_of(plan, 100'000);
    const TemporaryFolder folder;
    auto store = sweep::ResultStore::create(folder.path() / "points.sqlite", plan, points.size());
    for (const sweep::Point& point : points) {
        sweep::Row row{.number = point.number, .repetition = point.repetition, .seed = point.seed};
        row.command = sweep::command_of(plan, point);
        for (std::size_t axis = 0; axis < plan.axes.size(); ++axis)
            row.values[std::string(plan.axes[axis].key->name)] = point.values[axis];
        if (measure(row)) store.add(row);
    }
    return scenarios::report::read_study(store);
}

/// A value of the point's axes: a number in its smallest unit.
inline std::uint64_t value_of(const scenarios::sweep::Row& row, const std::string& key) {
    return std::get<std::uint64_t>(row.values.at(key));
}

inline const std::string ask_for_memory =
    "text = \"How much?\"\ncondition = \"frames.dropped == 0\"\nalong = \"card.memory\"\n";
inline const std::string memories = "card.memory = [\"4 KiB\", \"1 KiB\", \"2 KiB\", \"8 KiB\"]\n";

/// Drops a frame where the predicate says so.
inline Measure drops_if(const std::function<bool(const scenarios::sweep::Row&)>& predicate) {
    return [predicate](scenarios::sweep::Row& row) {
        row.metrics["frames.dropped"] = predicate(row) ? 1 : 0;
        return true;
    };
}

}  // namespace ghostcard::tests
