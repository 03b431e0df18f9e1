// SPDX-License-Identifier: MIT
#include "nearest.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace ghostcard::scenarios {
namespace {

/// Levenshtein: insertions, deletions and replacements that turn one into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

bool is_tail_of(std::string_view tail, std::string_view name) {
    return name.ends_with(tail) && name.size() > tail.size() && name[name.size() - tail.size() - 1] == '.';
}

}  // namespace

std::string_view nearest(std::string_view given, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t best_distance = std::numeric_limits<std::size_t>::max();
    for (const std::string_view name : known) {
        const std::size_t distance = is_tail_of(given, name) ? 0 : edit_distance(given, name);
        if (distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace ghostcard::scenarios
