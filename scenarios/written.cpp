// SPDX-License-Identifier: MIT
#include "written.h"
#include "nearest.h"

#include <ghostcard/base/input_error.h>

#include <fstream>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace ghostcard::scenarios {

std::string_view type_of(const std::variant<Scalar, OtherValue>& value) {
    if (const auto* const other = std::get_if<OtherValue>(&value)) return other->name;
    constexpr std::string_view names[] = {"a boolean", "a whole number", "a fraction", "a text"};
    return names[std::get<Scalar>(value).index()];
}

std::string_view wanted_type(Kind kind) {
    switch (kind) {
        case Kind::number: return "a whole number";
        case Kind::size: return "a size in quotes, such as \"64 KiB\"";
        case Kind::time: return "a time in quotes, such as \"8 us\"";
        case Kind::frequency: return "a frequency in quotes, such as \"33 MHz\"";
        case Kind::rate: return "a rate in quotes, such as \"8 GB/s\"";
        default: return "a text in quotes";
    }
}

KeyValue value_for(const Key& key, const std::variant<Scalar, OtherValue>& written) {
    if (const auto* const scalar = std::get_if<Scalar>(&written)) {
        const auto* const text = std::get_if<std::string>(scalar);
        const auto* const number = std::get_if<std::int64_t>(scalar);
        if (text != nullptr && key.kind != Kind::number) return parse_value(key, *text);
        if (number != nullptr && key.kind == Kind::number) return parse_value(key, std::to_string(*number));
    }
    throw InputError(fmt::format("wants {}, not {}", wanted_type(key.kind), type_of(written)));
}

std::string unknown_key(std::string_view path) {
    std::vector<std::string_view> names;
    for (const Key& key : keys()) names.push_back(key.name);
    return fmt::format("key '{}' is unknown; the nearest known key is '{}'", path, nearest(path, names));
}

std::string content_of(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) throw InputError(file.string() + ": there is no such file");
    std::ifstream stream(file, std::ios::binary);
    if (std::filesystem::is_directory(file, ignored) || !stream)
        throw InputError(file.string() + ": the file cannot be read");
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace ghostcard::scenarios
