// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace ghostcard::scenarios {

/// The known name that `given` most likely means: one that ends in ".given", else the one with the smallest edit
/// distance, the first of equals. Empty if there are none.
std::string_view nearest(std::string_view given, std::span<const std::string_view> known);

}  // namespace ghostcard::scenarios
