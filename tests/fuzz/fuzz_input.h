// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/little_endian.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace ghostcard::fuzz {

/// The rule that was broken is printed, and the fuzzer keeps the input.
inline void require(bool holds, const char* rule) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", rule);
    std::abort();
}

/// Takes from the front of the input; what is missing at its end is 0.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(std::as_bytes(std::span(data, size))) {}

    bool empty() const { return rest_.empty(); }
    std::span<const std::byte> bytes(std::size_t count) {
        const auto taken = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    /// Of so many bytes, at most 8.
    std::uint64_t number(std::size_t count) { return load_little_endian(bytes(count)); }

private:
    std::span<const std::byte> rest_;
};

}  // namespace ghostcard::fuzz
