// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ghostcard::scenarios {

/// JSON Schema (draft 7) of a scenario file, for editors and linters.
nlohmann::ordered_json json_schema();

/// docs/scenario-keys.md
std::string keys_markdown();

}  // namespace ghostcard::scenarios
