// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ghostcard::scenarios {

/// Something to be done in a process of its own, since SystemC elaborates once in a process. The process is a copy of
/// this one and ends with the task.
struct Task {
    std::uint64_t number = 0;
    std::function<std::string()> work;  ///< Its answer; it must not throw.
};

/// How the process of a task ended.
struct Ended {
    std::uint64_t number = 0;
    std::string answer;      ///< Whole, unless one of the following is set.
    std::string death;       ///< "killed by signal 11 (Segmentation fault)", "exited with status 1".
    bool timed_out = false;  ///< ...and was killed.
};

/// Keeps so many processes busy, as long as `next` has tasks. Calls `ended` for each in the order in which they end. If
/// `ended` throws, or `is_cancelled`, which may be empty, says so, all that is under way is killed. Throws Cancelled.
void work_in_processes(unsigned processes, std::chrono::milliseconds timeout,
                       const std::function<std::optional<Task>()>& next, const std::function<void(const Ended&)>& ended,
                       const std::function<bool()>& is_cancelled);

}  // namespace ghostcard::scenarios
