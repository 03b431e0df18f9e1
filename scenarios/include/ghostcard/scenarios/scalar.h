// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace ghostcard::scenarios {

/// A single value of a scenario file.
using Scalar = std::variant<bool, std::int64_t, double, std::string>;

}  // namespace ghostcard::scenarios
