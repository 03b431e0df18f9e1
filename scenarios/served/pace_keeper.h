// SPDX-License-Identifier: MIT
#pragma once

#include "served_card.h"

#include <ghostcard/scenarios/serve.h>

#include <chrono>
#include <functional>

namespace ghostcard::scenarios {

/// How long nobody looks up when there is nothing to do.
inline constexpr std::chrono::milliseconds idle_time{50};

/// Lets simulated time pass between the messages of a client.
class PaceKeeper {
public:
    using WallClock = std::chrono::steady_clock;

    /// `wall_now` tells the time of the wall clock.
    PaceKeeper(Pace pace, platform::Machine& machine, ServedCard& card, spdlog::logger& log,
               std::function<WallClock::time_point()> wall_now = WallClock::now);

    /// Until when there is nothing to do but to wait for messages.
    WallClock::time_point idle_until() const;
    /// On the simulated CPU: the next step of simulated time, if it is due. Ends early when the card interrupts.
    void advance();
    /// Nobody was attached, or waited: time starts again from now.
    void start_over();

private:
    void advance_with_the_clock();
    void pass(Duration time);

    const Pace pace_;
    platform::Machine& machine_;
    ServedCard& card_;
    spdlog::logger& log_;
    const std::function<WallClock::time_point()> wall_now_;
    WallClock::time_point wall_begin_;
    Duration begin_{};  ///< Simulated, at wall_begin_.
};

}  // namespace ghostcard::scenarios
