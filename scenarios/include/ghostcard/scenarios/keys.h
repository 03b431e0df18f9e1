// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/scenario.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ghostcard::scenarios {

/// The keys of a scenario file are declared once, in keys(). Reading, defaults, ranges, --set, the resolved document,
/// the JSON Schema and docs/scenario-keys.md all come from there.

enum class Kind {
    text,
    mode,    ///< A raster.
    source,  ///< bars, ramp, noise or a path.
    choice,  ///< One of a few words.
    number,  ///< Written as it is...
    size,    ///< ...and these as text with a unit.
    time,
    frequency,
    rate,
};

/// What a key holds: a text (text, mode, source, choice) or a count of the smallest unit (all others).
using KeyValue = std::variant<std::string, std::uint64_t>;

/// Which counts are allowed.
struct Limits {
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    std::uint64_t multiple_of = 1;
    bool power_of_two = false;
    bool or_zero = false;  ///< 0 as well, for "none".
};

struct Key {
    std::string_view name;     ///< "card.dma.burst"
    std::string_view meaning;  ///< A sentence or two, in Markdown.
    Kind kind = Kind::text;
    Limits limits;
    std::vector<std::string_view> choices;
    std::function<std::optional<KeyValue>(const Scenario&)> get;  ///< Nothing for a key without a default.
    std::function<void(Scenario&, const KeyValue&)> set;          ///< The value must be allowed.
};

/// In the order in which people want to read them; keys of one table are neighbours.
std::span<const Key> keys();
const Key* find_key(std::string_view name);

/// Throws InputError, whose message does not name the key, if the text is no allowed value. Quotes are not expected.
KeyValue parse_value(const Key& key, std::string_view text);
/// Throws InputError likewise for a value that is not allowed.
void check_value(const Key& key, const KeyValue& value);
/// Throws InputError for text that does not fit one-line messages, TOML, JSON and XML.
void check_text(const std::string& text);
/// As a scenario file has it, without quotes: "33 MHz", "32", "bars".
std::string text_of(const Key& key, const KeyValue& value);
/// "a power of two from 512 B to 1 GiB"
std::string allowed_text(const Key& key);

/// Why the settings cannot go together, and the keys to blame.
struct Conflict {
    std::string message;
    std::vector<std::string_view> keys;
};
std::optional<Conflict> find_conflict(const Scenario& scenario);

/// True for bars, ramp and noise.
bool is_generated(std::string_view source);

}  // namespace ghostcard::scenarios
