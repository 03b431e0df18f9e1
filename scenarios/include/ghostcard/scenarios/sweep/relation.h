// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/keys.h>

#include <compare>
#include <string>
#include <string_view>
#include <variant>

namespace ghostcard::scenarios::sweep {

enum class Relation { less, at_most, equal, not_equal, at_least, greater };

/// "<", "<=", "==", "!=", ">=" or ">".
std::string_view name_of(Relation relation);
/// Nothing holds of what cannot be compared but that it is not equal.
bool holds(Relation relation, std::partial_ordering order);

/// Which points belong to a sweep: "card.dma.burst >= card.dma.alignment", "bus.width == 64".
struct Constraint {
    std::string text;
    const Key* left = nullptr;
    Relation relation{};
    std::variant<const Key*, KeyValue> right;

    bool holds_for(const Scenario& scenario) const;
};
/// Throws InputError.
Constraint parse_constraint(std::string_view text);

/// What a result has to be: "frames.dropped == 0", "latency.p99_ps <= 20 ms".
struct Condition {
    std::string text;
    std::string metric;  ///< A path of the result document.
    Relation relation{};
    double value = 0;  ///< In the metric's unit.

    bool holds_for(double measured) const { return holds(relation, measured <=> value); }
};
/// Throws InputError.
Condition parse_condition(std::string_view text);

}  // namespace ghostcard::scenarios::sweep
