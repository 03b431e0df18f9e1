// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/keys.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace ghostcard::scenarios::sweep {

/// The values of an axis that are given by where they begin and end, both of them included.
struct Range {
    std::optional<KeyValue> from, to;
    std::optional<KeyValue> step;         ///< Between neighbours,
    std::optional<std::uint64_t> steps;   ///< or how many values there are,
    std::optional<std::uint64_t> random;  ///< or how many are drawn.
    bool is_logarithmic = false;          ///< Without any of the three: each twice the one before.
};

/// Rounded to what the key allows, each once; in order unless they are drawn. Throws InputError.
std::vector<KeyValue> values_of(const Range& range, const Key& key, std::uint64_t seed);

}  // namespace ghostcard::scenarios::sweep
