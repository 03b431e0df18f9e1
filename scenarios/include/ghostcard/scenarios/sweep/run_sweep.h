// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/run.h>
#include <ghostcard/scenarios/sweep/result_store.h>
#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <cstdint>
#include <functional>
#include <span>

namespace ghostcard::scenarios::sweep {

/// Runs one scenario in the process at hand, as run_scenario().
using RunOne = std::function<RunResult(const Scenario&, const RunOptions&)>;

struct SweepOptions {
    unsigned jobs = 1;  ///< Points at a time, each in a process of its own.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< Of the points given. May be empty.
    std::function<bool()> is_cancelled;                                     ///< Asked now and then. May be empty.
};

/// Runs the points that the store has not got yet and adds each to it when it has ended, whatever becomes of it. Throws
/// Cancelled, with what has ended in the store, and InputError if the store cannot take a row.
void run_points(const Sweep& sweep, std::span<const Point> points, ResultStore& store, const RunOne& run_one,
                const SweepOptions& options);

/// Runs one point in a process of its own each and tells of it when it has ended.
void run_rows(const Sweep& sweep, const std::function<const Point*()>& next,
              const std::function<void(const Row&)>& ended, const RunOne& run_one, const SweepOptions& options);

}  // namespace ghostcard::scenarios::sweep
