// SPDX-License-Identifier: MIT
#include "../written.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/expectations.h>
#include <ghostcard/scenarios/sweep/relation.h>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace ghostcard::scenarios::sweep {
namespace {

constexpr std::array<std::pair<std::string_view, Relation>, 6> relations{{
    {"<=", Relation::at_most},
    {">=", Relation::at_least},
    {"==", Relation::equal},
    {"!=", Relation::not_equal},
    {"<", Relation::less},
    {">", Relation::greater},
}};

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(' ');
    return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

struct Sides {
    std::string_view left, right;
    Relation relation;
};

Sides split(std::string_view text, std::string_view example) {
    const auto at = text.find_first_of("<>=!");
    if (at != text.npos)
        for (const auto& [sign, relation] : relations)
            if (text.substr(at).starts_with(sign)) {
                const Sides sides{trimmed(text.substr(0, at)), trimmed(text.substr(at + sign.size())), relation};
                if (!sides.left.empty() && !sides.right.empty()) return sides;
            }
    throw InputError(fmt::format("'{}' is no comparison by <, <=, ==, !=, >= or >, as in '{}'", text, example));
}

std::partial_ordering compare(const KeyValue& one, const KeyValue& other) {
    if (one.index() != other.index()) return std::partial_ordering::unordered;
    if (const auto* const count = std::get_if<std::uint64_t>(&one)) return *count <=> std::get<std::uint64_t>(other);
    return one == other ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
}

}  // namespace

std::string_view name_of(Relation relation) {
    for (const auto& [sign, each] : relations)
        if (each == relation) return sign;
    return "unknown";
}

bool holds(Relation relation, std::partial_ordering order) {
    switch (relation) {
        case Relation::less: return order < 0;
        case Relation::at_most: return order <= 0;
        case Relation::equal: return order == 0;
        case Relation::not_equal: return order != 0;
        case Relation::at_least: return order >= 0;
        case Relation::greater: return order > 0;
    }
    return false;
}

Constraint parse_constraint(std::string_view text) {
    const Sides sides = split(text, "card.dma.burst >= card.dma.alignment");
    Constraint constraint{
        .text = std::string(text), .left = find_key(sides.left), .relation = sides.relation, .right = {}};
    if (constraint.left == nullptr) throw InputError(unknown_key(sides.left));
    if (const Key* const right = find_key(sides.right))
        constraint.right = right;
    else
        constraint.right = parse_value(*constraint.left, sides.right);
    return constraint;
}

bool Constraint::holds_for(const Scenario& scenario) const {
    const auto* const key = std::get_if<const Key*>(&right);
    const auto one = left->get(scenario);
    const auto other = key != nullptr ? (*key)->get(scenario) : std::get<KeyValue>(right);
    return one && other && holds(relation, compare(*one, *other));
}

Condition parse_condition(std::string_view text) {
    const Sides sides = split(text, "frames.dropped == 0");
    Condition condition{.text = std::string(text), .metric = std::string(sides.left), .relation = sides.relation};
    const char* const end = sides.right.data() + sides.right.size();
    const auto [read_to, error] = std::from_chars(sides.right.data(), end, condition.value);
    if (error == std::errc() && read_to == end) return condition;
    const Scalar value = expected_value(sides.left, std::string(sides.right));
    const auto* const count = std::get_if<std::int64_t>(&value);
    if (count == nullptr) throw InputError(fmt::format("'{}' is no number", sides.right));
    condition.value = static_cast<double>(*count);
    return condition;
}

}  // namespace ghostcard::scenarios::sweep
