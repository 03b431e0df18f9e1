// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <cstdint>

namespace ghostcard {

/// Time, as host code sees it. On a simulated CPU the two calls that work let simulated time pass; on real hardware the
/// work itself has taken the time and they return at once.
class Clock {
public:
    virtual ~Clock() = default;

    /// Time since the machine was started.
    virtual Duration now() const = 0;
    /// The calling code keeps its CPU busy for so long (Windows: KeStallExecutionProcessor).
    virtual void stall(Duration duration) = 0;
    /// The calling code has just copied so many bytes; charges the CPU for it.
    virtual void charge_copy(std::uint64_t bytes) = 0;
};

}  // namespace ghostcard
