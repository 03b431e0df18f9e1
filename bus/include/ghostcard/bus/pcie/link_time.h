// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <chrono>
#include <cstdint>
#include <ratio>

namespace ghostcard::bus::pcie {

/// Time on the link in units of 1/512 ps, in which the time of one byte is whole for every rate and width: the shortest
/// one, 32 GT/s and 16 lanes, takes 8125 of them. Range: 5 hours. Every Duration converts exactly; the way back rounds
/// up once, to the first whole picosecond at which what happened has happened. See docs/decisions/0009.
using LinkTime = std::chrono::duration<std::int64_t, std::ratio<1, 512'000'000'000'000>>;

inline constexpr LinkTime never = LinkTime::max();

constexpr Duration to_duration(LinkTime time) {
    return time == never ? Duration::max() : std::chrono::ceil<Duration>(time);
}
constexpr LinkTime to_link_time(Duration time) {
    return time > std::chrono::floor<Duration>(never) ? never : LinkTime(time);
}
/// When the link sees what happened outside it at that instant: at no moment that is not later.
constexpr LinkTime seen_after(Duration instant) {
    return instant >= std::chrono::floor<Duration>(never) ? never : LinkTime(instant) + LinkTime(1);
}

}  // namespace ghostcard::bus::pcie
