// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace ghostcard {

struct Bytes {
    std::uint64_t count = 0;
    friend constexpr auto operator<=>(Bytes, Bytes) = default;
};
struct Hertz {
    std::uint64_t count = 0;
    friend constexpr auto operator<=>(Hertz, Hertz) = default;
};
struct BytesPerSecond {
    std::uint64_t count = 0;
    friend constexpr auto operator<=>(BytesPerSecond, BytesPerSecond) = default;
};

/// From text as people write it: a decimal number, optional blanks, a unit. Each throws InputError, whose message names
/// what was given and which units are allowed, for anything else, for a value that is no whole number of the smallest
/// unit, and for one out of range.
/// B, kB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024).
Bytes parse_bytes(std::string_view text);
/// ps, ns, us, ms, s.
Duration parse_duration(std::string_view text);
/// Hz, kHz, MHz, GHz.
Hertz parse_hertz(std::string_view text);
/// B/s, kB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s.
BytesPerSecond parse_bytes_per_second(std::string_view text);

/// The shortest exact text that the parser reads back to the same value: "64 KiB", "1500 B", "8 us", "66 MHz".
std::string to_text(Bytes bytes);
std::string to_text(Duration duration);
std::string to_text(Hertz frequency);
std::string to_text(BytesPerSecond rate);

}  // namespace ghostcard
