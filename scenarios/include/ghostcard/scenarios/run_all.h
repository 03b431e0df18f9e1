// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/junit.h>
#include <ghostcard/scenarios/run.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ghostcard::scenarios {

/// Runs one scenario in the process at hand, as run_scenario().
using RunOne = std::function<RunResult(const Scenario&, const RunOptions&)>;

struct ManyOptions {
    unsigned jobs = 1;  ///< Runs at a time, each in a process of its own.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< May be empty.
    std::function<bool()> is_cancelled;                                     ///< Asked now and then. May be empty.
};

/// Runs them all, and tells of each in their order; the commands are left to the caller. Throws Cancelled.
std::vector<JUnitRun> run_all(std::span<const Scenario> scenarios, const RunOne& run_one, const ManyOptions& options);

}  // namespace ghostcard::scenarios
