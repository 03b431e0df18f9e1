// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/scalar.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ghostcard::scenarios {

struct Bounds {
    std::optional<Scalar> min, max;  ///< Numbers, at least one of them; both are included.
};

/// One line of [expect]: a value of the result document, and what it has to be.
struct Expectation {
    std::string path;  ///< Names with dots between; in a list an index, or `count` for its length.
    std::variant<Scalar, Bounds> wanted;
    std::string position;  ///< "file:line:column"
};

/// The value that the path stands for in a scenario file. Text with a unit becomes a number where the path names
/// picoseconds (a name ends in _ps) or bytes (a name is `bytes`, ends in _bytes or begins with bytes_). Throws
/// InputError for a unit that the path does not take.
Scalar expected_value(std::string_view path, const Scalar& written);
/// The reverse: numbers of picoseconds and bytes as text with a unit.
Scalar written_value(std::string_view path, const Scalar& value);

/// How one expectation turned out; both texts in a person's units.
struct Outcome {
    std::string path, expected, actual;
    bool met = false;
};

/// One outcome for each expectation. A path that the result does not have is not met and says so.
std::vector<Outcome> check(std::span<const Expectation> expectations, const nlohmann::ordered_json& result);

/// [{path, expected, actual, met}], as the result document has it.
nlohmann::ordered_json document_of(std::span<const Outcome> outcomes);

}  // namespace ghostcard::scenarios
