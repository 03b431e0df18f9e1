// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/run_all.h>
#include <ghostcard/scenarios/sweep/result_store.h>
#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <cstdint>
#include <functional>
#include <span>

namespace ghostcard::scenarios::sweep {

/// Runs the points that the store has not got yet and adds each to it when it has ended, whatever becomes of it. Throws
/// Cancelled, with what has ended in the store, and InputError if the store cannot take a row.
void run_points(const Sweep& sweep, std::span<const Point> points, ResultStore& store, const RunOne& run_one,
                const ManyOptions& options);

/// Runs one point in a process of its own each and tells of it when it has ended.
void run_rows(const Sweep& sweep, const std::function<const Point*()>& next,
              const std::function<void(const Row&)>& ended, const RunOne& run_one, const ManyOptions& options);

}  // namespace ghostcard::scenarios::sweep
