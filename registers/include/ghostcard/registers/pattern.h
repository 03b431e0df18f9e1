// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace ghostcard::registers {

/// The pictures of the card's own generator, with the codes of PATTERN.
enum class Pattern : std::uint32_t { off = 0, bars = 1, ramp = 2, noise = 3 };

inline constexpr std::array patterns{
    Enumerator{Pattern::off, "OFF", "The incoming picture."},
    Enumerator{Pattern::bars, "BARS",
               "Eight vertical colour bars, white to black, and a line that moves with each frame."},
    Enumerator{Pattern::ramp, "RAMP", "A brightness ramp that moves with each frame."},
    Enumerator{Pattern::noise, "NOISE", "Pseudo-random bytes, different in each frame."},
};

constexpr std::string_view name_of(Pattern pattern) { return patterns.at(static_cast<std::size_t>(pattern)).name; }

}  // namespace ghostcard::registers
