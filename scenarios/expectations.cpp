// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/units.h>
#include <ghostcard/scenarios/expectations.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "nearest.h"

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;

enum class Unit { none, picoseconds, bytes };

/// What the names of a path say about the number at its end.
Unit unit_of(std::string_view path) {
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        if (name.ends_with("_ps")) return Unit::picoseconds;
        if (name == "bytes" || name.ends_with("_bytes") || name.starts_with("bytes_")) return Unit::bytes;
    }
    return Unit::none;
}

std::int64_t signed_count(std::uint64_t count, std::string_view written) {
    if (!std::in_range<std::int64_t>(count)) throw InputError(fmt::format("'{}' is too large", written));
    return static_cast<std::int64_t>(count);
}

/// 1500000 as "1.5 us" where the path names picoseconds.
std::string number_text(std::string_view path, std::int64_t number) {
    switch (unit_of(path)) {
        case Unit::picoseconds: return to_text(Duration{number});
        case Unit::bytes:
            if (number >= 0) return to_text(Bytes{static_cast<std::uint64_t>(number)});
            [[fallthrough]];
        case Unit::none: break;
    }
    return fmt::format("{}", number);
}

std::string text_of(std::string_view path, const Scalar& value) {
    if (const auto* const number = std::get_if<std::int64_t>(&value)) return number_text(path, *number);
    return std::visit([](const auto& each) { return Json(each).dump(); }, value);
}

std::string text_of(std::string_view path, const Json& value) {
    if (value.is_number_integer() && value <= std::numeric_limits<std::int64_t>::max())
        return number_text(path, value.get<std::int64_t>());
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text_of(std::string_view path, const Bounds& bounds) {
    const std::string min = bounds.min ? "at least " + text_of(path, *bounds.min) : "";
    const std::string max = bounds.max ? "at most " + text_of(path, *bounds.max) : "";
    return min + (bounds.min && bounds.max ? " and " : "") + max;
}

/// Integers compare exactly, whatever their size; anything else that is a number as a double.
std::partial_ordering compare(const Json& actual, const Scalar& wanted) {
    const auto* const integer = std::get_if<std::int64_t>(&wanted);
    const auto* const fraction = std::get_if<double>(&wanted);
    if (!actual.is_number() || (integer == nullptr && fraction == nullptr)) return std::partial_ordering::unordered;
    if (integer == nullptr) return actual.get<double>() <=> *fraction;
    if (!actual.is_number_integer()) return actual.get<double>() <=> static_cast<double>(*integer);
    if (!actual.is_number_unsigned()) return actual.get<std::int64_t>() <=> *integer;
    if (*integer < 0) return std::partial_ordering::greater;
    return actual.get<std::uint64_t>() <=> static_cast<std::uint64_t>(*integer);
}

bool is_met(const Json& actual, const Scalar& wanted) {
    if (const auto* const text = std::get_if<std::string>(&wanted)) return actual.is_string() && actual == *text;
    if (const auto* const flag = std::get_if<bool>(&wanted)) return actual.is_boolean() && actual == *flag;
    return is_eq(compare(actual, wanted));
}

bool is_met(const Json& actual, const Bounds& wanted) {
    return (!wanted.min || is_gteq(compare(actual, *wanted.min))) &&
           (!wanted.max || is_lteq(compare(actual, *wanted.max)));
}

/// The element of a list; nothing unless the name is an index in it.
const Json* element(const Json& list, std::string_view name) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    return error == std::errc{} && end == name.data() + name.size() && index < list.size() ? &list[index] : nullptr;
}

/// Nothing if the document has no such path, or something other than a single value there.
std::optional<Json> find(const Json& document, std::string_view path) {
    const Json* here = &document;
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        if (here->is_array() && name == "count" && path.empty()) return Json(here->size());
        if (here->is_array()) {
            here = element(*here, name);
        } else {
            const auto found = here->is_object() ? here->find(std::string(name)) : here->end();
            here = found == here->end() ? nullptr : &*found;
        }
        if (here == nullptr) return std::nullopt;
    }
    return here->is_structured() ? std::nullopt : std::optional(*here);
}

void collect_paths(const Json& document, const std::string& prefix, std::vector<std::string>& paths) {
    for (const auto& [name, value] : document.items()) {
        const std::string path = prefix + name;
        if (value.is_object()) {
            collect_paths(value, path + ".", paths);
        } else {
            paths.push_back(value.is_array() ? path + ".count" : path);
        }
    }
}

std::string no_such_path(const Json& document, std::string_view path) {
    std::vector<std::string> paths;
    collect_paths(document, "", paths);
    const std::vector<std::string_view> known(paths.begin(), paths.end());
    return fmt::format("the result has no value '{}'; the nearest is '{}'", path, nearest(path, known));
}

}  // namespace

Scalar expected_value(std::string_view path, const Scalar& written) {
    const auto* const text = std::get_if<std::string>(&written);
    if (text == nullptr) return written;
    switch (unit_of(path)) {
        case Unit::picoseconds: return parse_duration(*text).count();
        case Unit::bytes: return signed_count(parse_bytes(*text).count, *text);
        case Unit::none: break;
    }
    return written;
}

Scalar written_value(std::string_view path, const Scalar& value) {
    const auto* const number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || *number < 0 || unit_of(path) == Unit::none) return value;
    return number_text(path, *number);
}

std::vector<Outcome> check(std::span<const Expectation> expectations, const Json& result) {
    std::vector<Outcome> outcomes;
    for (const auto& [path, wanted, position] : expectations) {
        const auto actual = find(result, path);
        const auto text = [&path = path](const auto& each) { return text_of(path, each); };
        const auto met = [&actual](const auto& each) { return is_met(*actual, each); };
        outcomes.push_back({path, std::visit(text, wanted), actual ? text(*actual) : no_such_path(result, path),
                            actual && std::visit(met, wanted)});
    }
    return outcomes;
}

Json document_of(std::span<const Outcome> outcomes) {
    Json document = Json::array();
    for (const auto& [path, expected, actual, met] : outcomes)
        document.push_back({{"path", path}, {"expected", expected}, {"actual", actual}, {"met", met}});
    return document;
}

}  // namespace ghostcard::scenarios
