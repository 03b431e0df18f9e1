// SPDX-License-Identifier: MIT
#include "range.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/base/random.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace ghostcard::scenarios::sweep {
namespace {

constexpr std::uint64_t most_values = 100'000;

/// The nearest count that the key allows.
std::uint64_t allowed(const Key& key, long double count) {
    const Limits& limits = key.limits;
    std::uint64_t rounded = static_cast<std::uint64_t>(std::llroundl(count));
    if (limits.power_of_two) {
        const std::uint64_t below = std::bit_floor(std::max<std::uint64_t>(rounded, 1));
        rounded =
            count - static_cast<long double>(below) < static_cast<long double>(2 * below) - count ? below : 2 * below;
    } else {
        rounded = (rounded + limits.multiple_of / 2) / limits.multiple_of * limits.multiple_of;
    }
    return std::clamp(rounded, limits.min, limits.max);
}

}  // namespace

std::vector<KeyValue> values_of(const Range& range, const Key& key, std::uint64_t seed) {
    if (!range.from || !range.to) throw InputError("a range wants 'from' and 'to'");
    if (!std::holds_alternative<std::uint64_t>(*range.from))
        throw InputError("a range is of numbers; the values of this key are words, and want a list");
    const auto from = std::get<std::uint64_t>(*range.from);
    const auto to = std::get<std::uint64_t>(*range.to);
    if (from >= to) throw InputError("'from' has to be below 'to'");
    if (range.is_logarithmic && from == 0) throw InputError("a logarithmic range cannot begin at 0");
    if ((range.step ? 1 : 0) + (range.steps ? 1 : 0) + (range.random ? 1 : 0) > 1)
        throw InputError("of 'step', 'steps' and 'random' one is enough");
    if (range.step && range.is_logarithmic) throw InputError("a logarithmic range wants 'steps', not 'step'");
    if (!range.step && !range.steps && !range.random && !range.is_logarithmic)
        throw InputError("a range wants 'step', 'steps' or 'random'");

    const auto at = [&](long double part) {  // 0 is from, 1 is to
        const auto first = static_cast<long double>(from);
        const auto last = static_cast<long double>(to);
        return allowed(key,
                       range.is_logarithmic ? first * std::pow(last / first, part) : first + (last - first) * part);
    };
    std::vector<std::uint64_t> counts;
    const auto check_number = [](std::uint64_t number) {
        if (number < 2 || number > most_values)
            throw InputError(fmt::format("{} values are wanted, and 2 to {} are possible", number, most_values));
    };
    if (range.random) {
        check_number(*range.random);
        Random random(seed, "axis " + std::string(key.name));
        for (std::uint64_t i = 0; i < *range.random; ++i)
            counts.push_back(
                at(static_cast<long double>(random.below(1ull << 53)) / static_cast<long double>(1ull << 53)));
    } else if (range.steps) {
        check_number(*range.steps);
        for (std::uint64_t i = 0; i < *range.steps; ++i)
            counts.push_back(at(static_cast<long double>(i) / static_cast<long double>(*range.steps - 1)));
    } else if (range.step) {
        const auto step = std::get<std::uint64_t>(*range.step);
        if (step == 0) throw InputError("'step' has to be above 0");
        check_number((to - from) / step + 1);
        for (std::uint64_t count = from; count <= to; count += step) counts.push_back(count);
    } else {
        for (std::uint64_t count = from; count <= to; count *= 2) counts.push_back(count);
    }

    std::vector<KeyValue> values;
    for (const std::uint64_t count : counts) {
        const KeyValue value = count;
        check_value(key, value);
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
    return values;
}

}  // namespace ghostcard::scenarios::sweep
