// SPDX-License-Identifier: MIT

// toml++ up to 3.4.0 asserts on some malformed documents, and with NDEBUG runs into undefined behaviour instead
// (tomlplusplus#294, #295). Here, and only here, its assertions become exceptions; what is left of the problem begins
// with bytes that are not ASCII, and those are refused before it sees them.
#undef NDEBUG
#include <stdexcept>
[[noreturn]] static void fail_in_toml() { throw std::runtime_error("malformed TOML"); }
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) ((condition) ? void(0) : fail_in_toml())
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

#include "toml_reader.h"

namespace ghostcard::scenarios {
namespace {

constexpr std::size_t max_file_bytes = 262'144;
constexpr unsigned max_nested_on_line = 20;  // names; with toml++'s own limit on arrays, a bound on its recursion

/// Keys and toml++'s own words may hold line ends.
std::string one_line(std::string_view text) {
    std::string line(text);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c < ' '; }, ' ');
    return line;
}

class Refusal {
public:
    explicit Refusal(std::string_view file) : file_(file) {}
    [[noreturn]] void operator()(Position position, std::string_view why) const {
        throw InputError(fmt::format("{}: {}", text_of(file_, position), why));
    }

private:
    std::string_view file_;
};

/// Only printable ASCII, tabs and line ends.
void check_bytes(std::string_view text, const Refusal& refuse) {
    if (text.size() > max_file_bytes) refuse({}, fmt::format("the file is larger than {} bytes", max_file_bytes));
    Position position;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_allowed = (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\r' || byte == '\n';
        if (!is_allowed)
            refuse(position, fmt::format("byte 0x{:02x} is not allowed; a scenario file is plain ASCII", byte));
        ++position.column;
        if (byte == '\n') position = {position.line + 1, 1};
    }
}

/// toml++ recurses into what a document nests, without a limit for dotted names; a scenario nests little.
void check_nesting(std::string_view line, std::size_t number, const Refusal& refuse) {
    char quote = '\0';
    unsigned nested = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != '\0') {
            if (c == '\\' && quote == '"') ++i;
            if (c == quote) quote = '\0';
        } else if (c == '#') {
            return;
        } else if (c == '"' || c == '\'') {
            if (line.substr(i, 3) == std::string(3, c))
                refuse({number, i + 1}, "a text ends on the line that it begins on");
            quote = c;
        } else if ((c == '.' || c == '[' || c == '{') && ++nested > max_nested_on_line) {
            refuse({number, i + 1}, fmt::format("more than {} names in each other", max_nested_on_line));
        }
    }
}

void check_nesting(std::string_view text, const Refusal& refuse) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        check_nesting(line, number, refuse);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
}

Position position_of(const toml::source_region& source) { return {source.begin.line, source.begin.column}; }

bool is_bare(std::string_view key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

std::variant<Scalar, OtherValue> value_of(const toml::node& node, const Refusal& refuse) {
    if (const auto* const value = node.as_boolean()) return Scalar{value->get()};
    if (const auto* const value = node.as_integer()) return Scalar{value->get()};
    if (const auto* const value = node.as_string()) return Scalar{value->get()};
    if (const auto* const value = node.as_floating_point()) {
        if (!std::isfinite(value->get())) refuse(position_of(node.source()), "a number must be finite");
        return Scalar{value->get()};
    }
    if (node.is_array()) return OtherValue{"an array"};
    if (node.is_table()) return OtherValue{"an empty table"};
    return OtherValue{"a date or time"};
}

/// None if there is anything else in it.
std::vector<Scalar> items_of(const toml::node& node, const Refusal& refuse) {
    std::vector<Scalar> items;
    if (const auto* const array = node.as_array())
        for (const toml::node& each : *array) {
            const auto value = value_of(each, refuse);
            const auto* const item = std::get_if<Scalar>(&value);
            if (item == nullptr) return {};
            items.push_back(*item);
        }
    return items;
}

void collect(const toml::table& table, const std::string& prefix, const Refusal& refuse,
             std::vector<TomlEntry>& entries) {
    for (const auto& [key, node] : table) {
        const std::string name =
            is_bare(key.str()) ? std::string(key.str()) : fmt::format("\"{}\"", one_line(key.str()));
        const std::string path = prefix.empty() ? name : fmt::format("{}.{}", prefix, name);
        const auto* const inner = node.as_table();
        if (inner != nullptr && !inner->empty()) {
            collect(*inner, path, refuse, entries);
        } else {
            entries.push_back({path, value_of(node, refuse), position_of(key.source()), position_of(node.source()),
                               items_of(node, refuse)});
        }
    }
}

toml::table parse(std::string_view text, const Refusal& refuse) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        refuse(position_of(error.source()), one_line(error.description()));
    } catch (const std::runtime_error& error) {
        refuse({}, error.what());
    }
}

}  // namespace

std::string text_of(std::string_view file, Position position) {
    return fmt::format("{}:{}:{}", file, position.line, position.column);
}

std::vector<TomlEntry> read_toml(std::string_view text, std::string_view file) {
    const Refusal refuse(file);
    check_bytes(text, refuse);
    check_nesting(text, refuse);
    const toml::table table = parse(text, refuse);
    std::vector<TomlEntry> entries;
    collect(table, "", refuse, entries);
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    return entries;
}

}  // namespace ghostcard::scenarios
