// SPDX-License-Identifier: MIT
#include "video_mode.h"

#include <fmt/format.h>
#include <ghostcard/base/input_error.h>

#include <algorithm>
#include <charconv>

namespace ghostcard::scenarios {
namespace {

constexpr std::uint32_t smallest = 16, largest = 16384;  // width and height
constexpr std::uint64_t fastest = 1000;                  // frames per second
constexpr std::uint32_t max_number = 9'999'999;          // in a rate

/// Takes a positive number from the front of `text`; 0 if there is none.
std::uint32_t take_number(std::string_view& text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || text.starts_with('0') || number > max_number) return 0;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, char separator) {
    if (!text.starts_with(separator)) return false;
    text.remove_prefix(1);
    return true;
}

bool is_between(std::uint64_t value, std::uint64_t low, std::uint64_t high) { return value >= low && value <= high; }

}  // namespace

std::optional<CustomMode> parse_mode(std::string_view text) {
    if (text == "auto" || std::find(named_modes.begin(), named_modes.end(), text) != named_modes.end())
        return std::nullopt;

    std::string_view rest = text;
    CustomMode mode;
    mode.width = take_number(rest);
    bool is_mode = take(rest, 'x');
    mode.height = take_number(rest);
    is_mode = is_mode && take(rest, '@');
    const std::uint64_t numerator = take_number(rest);
    const std::uint64_t denominator = take(rest, '/') ? take_number(rest) : 1;
    is_mode = is_mode && rest.empty() && mode.width != 0 && mode.height != 0 && numerator != 0 && denominator != 0;
    if (!is_mode)
        throw InputError(fmt::format("'{}' is no video mode; allowed are auto, {} and WIDTHxHEIGHT@RATE, as in "
                                     "640x360@30000/1001",
                                     text, fmt::join(named_modes, ", ")));
    if (!is_between(mode.width, smallest, largest) || !is_between(mode.height, smallest, largest))
        throw InputError(fmt::format("'{}' is out of range; allowed are {} to {} pixels and lines", text, smallest, largest));
    if (!is_between(numerator, denominator, fastest * denominator))
        throw InputError(fmt::format("'{}' is out of range; allowed are 1 to {} frames per second", text, fastest));
    return mode;
}

}  // namespace ghostcard::scenarios
