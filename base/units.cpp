// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/units.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

namespace ghostcard {
namespace {

__extension__ using Wide = unsigned __int128;  // holds every product below; -Wpedantic wants the word

/// A unit and what it is worth in the smallest one of its kind.
struct Unit {
    std::string_view name;
    std::uint64_t worth;
};

constexpr std::uint64_t kibi = 1u << 10;
constexpr Unit sizes[] = {{"B", 1},      {"kB", 1'000},       {"MB", 1'000'000},        {"GB", 1'000'000'000},
                          {"KiB", kibi}, {"MiB", kibi* kibi}, {"GiB", kibi* kibi* kibi}};
constexpr Unit times[] = {{"ps", 1}, {"ns", 1'000}, {"us", 1'000'000}, {"ms", 1'000'000'000}, {"s", 1'000'000'000'000}};
constexpr Unit frequencies[] = {{"Hz", 1}, {"kHz", 1'000}, {"MHz", 1'000'000}, {"GHz", 1'000'000'000}};
constexpr Unit rates[] = {{"B/s", 1},      {"kB/s", 1'000},       {"MB/s", 1'000'000},        {"GB/s", 1'000'000'000},
                          {"KiB/s", kibi}, {"MiB/s", kibi* kibi}, {"GiB/s", kibi* kibi* kibi}};

constexpr std::size_t max_decimals = 18;  // 10^18 times any unit fits Wide

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw InputError(fmt::format("'{}' {}", text, why));
}

[[noreturn]] void refuse_unit(std::string_view text, std::string_view why, std::span<const Unit> units) {
    std::string names;
    for (const Unit& unit : units) names += fmt::format("{}{}", names.empty() ? "" : ", ", unit.name);
    refuse(text, fmt::format("{}; allowed is a number with one of the units {}", why, names));
}

/// The run of digits at the start of `text`, which loses it.
std::string_view take_digits(std::string_view& text) {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

/// Nothing if the number is greater than `max`.
std::optional<Wide> value_of(std::string_view digits, std::uint64_t max) {
    Wide value = 0;
    for (const char c : digits) {
        value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > max) return std::nullopt;
    }
    return value;
}

Wide power_of_ten(std::size_t exponent) {
    Wide power = 1;
    while (exponent-- > 0) power *= 10;
    return power;
}

/// In the smallest of the units, at most `max`.
std::uint64_t parse(std::string_view text, std::span<const Unit> units, std::uint64_t max) {
    std::string_view rest = text;
    const std::string_view whole = take_digits(rest);
    if (whole.empty()) refuse_unit(text, "is not a number with a unit", units);
    std::string_view decimals;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        decimals = take_digits(rest);
        if (decimals.empty()) refuse_unit(text, "has no digit after its point", units);
    }
    while (decimals.ends_with('0')) decimals.remove_suffix(1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);

    if (rest.empty()) refuse_unit(text, "has no unit", units);
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& each) { return each.name == rest; });
    if (unit == units.end()) refuse_unit(text, fmt::format("has the unknown unit '{}'", rest), units);

    if (decimals.size() > max_decimals) refuse(text, fmt::format("has more than {} decimals", max_decimals));
    const Wide scale = power_of_ten(decimals.size());
    const Wide scaled = *value_of(decimals, std::numeric_limits<std::uint64_t>::max()) * unit->worth;
    if (scaled % scale != 0) refuse(text, fmt::format("is no whole number of {}", units[0].name));
    const auto integer = value_of(whole, max);
    const Wide value = integer ? *integer * unit->worth + scaled / scale : 0;
    if (!integer || value > max)
        refuse(text, fmt::format("is too large; at most {} {} is allowed", max, units[0].name));
    return static_cast<std::uint64_t>(value);
}

/// "1.5 MB" for 1500000 of a unit worth 1000000; nothing if that takes more decimals than parse() reads.
std::optional<std::string> text_in(std::uint64_t value, const Unit& unit) {
    std::string decimals;
    for (Wide rest = value % unit.worth; rest != 0; rest %= unit.worth) {
        if (decimals.size() == max_decimals) return std::nullopt;
        rest *= 10;
        decimals += static_cast<char>('0' + static_cast<int>(rest / unit.worth));
    }
    return fmt::format("{}{}{} {}", value / unit.worth, decimals.empty() ? "" : ".", decimals, unit.name);
}

std::string shortest(std::uint64_t value, std::span<const Unit> units) {
    std::string best = fmt::format("{} {}", value, units[0].name);
    for (const Unit& unit : units.subspan(1)) {
        const auto text = text_in(value, unit);
        if (text && text->size() < best.size()) best = *text;
    }
    return best;
}

constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Bytes parse_bytes(std::string_view text) { return {parse(text, sizes, any)}; }
Hertz parse_hertz(std::string_view text) { return {parse(text, frequencies, any)}; }
BytesPerSecond parse_bytes_per_second(std::string_view text) { return {parse(text, rates, any)}; }
Duration parse_duration(std::string_view text) {
    constexpr auto longest = static_cast<std::uint64_t>(Duration::max().count());
    return Duration{static_cast<std::int64_t>(parse(text, times, longest))};
}

std::string to_text(Bytes bytes) { return shortest(bytes.count, sizes); }
std::string to_text(Hertz frequency) { return shortest(frequency.count, frequencies); }
std::string to_text(BytesPerSecond rate) { return shortest(rate.count, rates); }
std::string to_text(Duration duration) {
    const auto count = static_cast<std::uint64_t>(duration.count());
    return duration < Duration::zero() ? fmt::format("-{}", shortest(0 - count, times)) : shortest(count, times);
}

}  // namespace ghostcard
