// SPDX-License-Identifier: MIT
#pragma once

#include "toml_reader.h"

#include <ghostcard/scenarios/keys.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace ghostcard::scenarios {

/// "a whole number", "an array", ...
std::string_view type_of(const std::variant<Scalar, OtherValue>& value);
/// The same of what the key takes.
std::string_view wanted_type(Kind kind);
/// The key's value as a TOML file has it; all but whole numbers are written as text. Throws InputError.
KeyValue value_for(const Key& key, const std::variant<Scalar, OtherValue>& written);
/// "key 'x' is unknown; the nearest known key is 'y'"
std::string unknown_key(std::string_view path);
/// Throws InputError for a file that cannot be read.
std::string content_of(const std::filesystem::path& file);

}  // namespace ghostcard::scenarios
