// SPDX-License-Identifier: MIT
#include "pace_keeper.h"

#include <algorithm>
#include <utility>

namespace ghostcard::scenarios {
namespace {

/// Between two looks at the socket, whichever is over first: a bus that is simulated packet by packet may take a
/// thousand times as long as it would.
constexpr Duration step = milliseconds(1);
constexpr auto longest_step = std::chrono::milliseconds(20);
constexpr Duration part_of_step = microseconds(50);
constexpr auto tick = std::chrono::milliseconds(1);
/// What a client that polls waits for at the most each time.
constexpr Duration longest_poll = milliseconds(5);
constexpr unsigned doublings = 13;  // of 1 us, until it is beyond longest_poll

}  // namespace

PaceKeeper::PaceKeeper(Pace pace, platform::Machine& machine, ServedCard& card, spdlog::logger& log,
                       std::function<WallClock::time_point()> wall_now)
    : pace_(pace),
      machine_(machine),
      card_(card),
      log_(log),
      wall_now_(std::move(wall_now)),
      wall_begin_(wall_now_()) {}

PaceKeeper::WallClock::time_point PaceKeeper::idle_until() const {
    if (pace_ == Pace::realtime)
        return wall_begin_ + std::chrono::duration_cast<WallClock::duration>(machine_.cpu.now() - begin_) + tick;
    return wall_now_() + (card_.is_awaited() ? std::chrono::milliseconds(0) : idle_time);
}

void PaceKeeper::start_over() {
    wall_begin_ = wall_now_();
    begin_ = machine_.cpu.now();
}

void PaceKeeper::advance() {
    if (pace_ == Pace::realtime)
        advance_with_the_clock();
    else if (card_.is_awaited())
        pass(step);
    else if (const unsigned polls = card_.take_polls(); polls > 0)
        pass(std::min<Duration>(microseconds(1) * (1 << std::min(polls - 1, doublings)), longest_poll));
    else
        card_.after_time_passed();
}

void PaceKeeper::advance_with_the_clock() {
    const auto elapsed = std::chrono::duration_cast<Duration>(wall_now_() - wall_begin_);
    Duration behind = begin_ + elapsed - machine_.cpu.now();
    if (behind > pace_debt) {
        log_.warn("simulation is {} behind the wall clock; that time is lost", to_text(behind));
        start_over();
        behind = step;
    }
    if (behind > Duration::zero()) pass(std::min(behind, step));
}

void PaceKeeper::pass(Duration time) {
    card_.before_time_passes();
    const Duration end = machine_.cpu.now() + time;
    const auto wall_end = wall_now_() + longest_step;
    for (Duration next{}; next < end && !card_.has_interrupted() && wall_now_() < wall_end;) {
        next = std::min(machine_.cpu.now() + part_of_step, end);
        machine_.cpu.wait_until(next, card_.interrupt());
    }
    card_.after_time_passed();
}

}  // namespace ghostcard::scenarios
