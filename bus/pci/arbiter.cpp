// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/arbiter.h>

#include <algorithm>
#include <bit>

namespace ghostcard::bus::pci {
namespace {

bool asks(std::uint32_t requests, unsigned master) { return (requests >> master & 1u) != 0; }

/// Of those that ask, at least one, the next in turn after `last`.
unsigned next_in_turn(std::uint32_t requests, unsigned last) {
    const std::uint32_t behind = requests & ~((2u << last) - 1);
    return static_cast<unsigned>(std::countr_zero(behind != 0 ? behind : requests));
}

}  // namespace

std::optional<unsigned> Arbiter::parked_master() const {
    switch (parking_) {
        case Parking::none: return std::nullopt;
        case Parking::host: return 0;
        case Parking::last: return last_owner_;
    }
    return std::nullopt;
}

/// With two levels the lower one has a place of its own in the upper one's turn, behind its masters.
std::optional<unsigned> Arbiter::choose(std::uint32_t requests) const {
    if (requests == 0) return parked_master();
    if (arbitration_ == Arbitration::round_robin || masters_ <= upper_level) return next_in_turn(requests, last_owner_);

    const std::uint32_t upper_masters = (1u << upper_level) - 1;
    const std::uint32_t lower = requests & ~upper_masters;
    const std::uint32_t level = (requests & upper_masters) | (lower != 0 ? 1u << upper_level : 0u);
    const unsigned chosen = next_in_turn(level, std::min(last_owner_, upper_level));
    return chosen == upper_level ? next_in_turn(lower, last_lower_) : chosen;
}

void Arbiter::clock(std::uint32_t requests, const std::optional<unsigned>& owner) {
    if (owner) last_owner_ = *owner;
    if (owner && *owner >= upper_level) last_lower_ = *owner;
    if (owner && owner == granted_) turn_open_ = false;
    if (turn_open_ && asks(requests, *granted_)) return;
    if (requests == 0 && owner) return;  // it goes to where it rests when the bus is idle

    const auto next = choose(requests);
    turn_open_ = next && asks(requests, *next);
    if (next == granted_) return;
    if (!owner && granted_) {
        granted_ = std::nullopt;
        turn_open_ = false;
    } else {
        granted_ = next;
    }
}

}  // namespace ghostcard::bus::pci
