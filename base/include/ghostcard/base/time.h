// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace ghostcard {

/// Simulated time in whole picoseconds; as an instant, counted from the start of the simulation (range: 106 days).
using Duration = std::chrono::duration<std::int64_t, std::pico>;

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

}  // namespace ghostcard
