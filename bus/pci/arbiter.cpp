// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/arbiter.h>

namespace ghostcard::bus::pci {
namespace {

bool asks(std::uint32_t requests, unsigned master) { return (requests >> master & 1u) != 0; }

}  // namespace

std::optional<unsigned> Arbiter::parked_master() const {
    switch (parking_) {
        case Parking::none: return std::nullopt;
        case Parking::host: return 0;
        case Parking::last: return last_owner_;
    }
    return std::nullopt;
}

std::optional<unsigned> Arbiter::choose(std::uint32_t requests) const {
    for (unsigned i = 1; i <= masters_; ++i) {
        const unsigned candidate = (last_owner_ + i) % masters_;
        if (asks(requests, candidate)) return candidate;
    }
    return parked_master();
}

void Arbiter::clock(std::uint32_t requests, std::optional<unsigned> owner) {
    if (owner) last_owner_ = *owner;
    if (owner && owner == granted_) turn_open_ = false;
    if (turn_open_ && asks(requests, *granted_)) return;

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
