// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace ghostcard::bus::pci {

/// How the bytes of a transaction fall on the data phases: each moves what lies in one word as wide as the data path.
struct Lanes {
    BusAddress begin;
    std::uint64_t length = 0;  ///< Positive.
    unsigned width = 4;        ///< Bytes of the data path in use: 4 or 8.

    BusAddress end() const { return begin + length; }
    /// Up to and with the one that holds the byte before `until`.
    unsigned phases_until(BusAddress until) const {
        return static_cast<unsigned>(((until.value - 1) >> word_bits()) - word(begin) + 1);
    }
    unsigned phases() const { return phases_until(end()); }
    /// Phases count from 0.
    BusAddress phase_begin(unsigned phase) const {
        return phase == 0 ? begin : BusAddress{(word(begin) + phase) << word_bits()};
    }
    BusAddress phase_end(unsigned phase) const {
        return std::min(end(), BusAddress{(word(begin) + phase + 1) << word_bits()});
    }

private:
    int word_bits() const { return std::countr_zero(width); }
    std::uint64_t word(BusAddress address) const { return address.value >> word_bits(); }
};

}  // namespace ghostcard::bus::pci
