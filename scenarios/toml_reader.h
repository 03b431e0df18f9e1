// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/scalar.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ghostcard::scenarios {

struct Position {
    std::size_t line = 1, column = 1;
    friend auto operator<=>(const Position&, const Position&) = default;
};

/// "file:line:column"
std::string text_of(std::string_view file, Position position);

/// What no key of a scenario holds, by name: "an array", "a date", "an empty table".
struct OtherValue {
    std::string_view name;
};

/// One value of a TOML document. A name that TOML can only write in quotes keeps them in the path.
struct TomlEntry {
    std::string path;  ///< "card.dma.burst"
    std::variant<Scalar, OtherValue> value;
    Position key, where;        ///< Where the key and where its value begin.
    std::vector<Scalar> items;  ///< Of an array of single values, whose value is an OtherValue like any array's.
};

/// All values of a document in the order of the text. Throws InputError as "file:line:column: ...".
std::vector<TomlEntry> read_toml(std::string_view text, std::string_view file);

}  // namespace ghostcard::scenarios
