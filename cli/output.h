// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ghostcard::cli {

/// Writes a result to standard output, at once. Throws InputError if it cannot be written.
void print(std::string_view text);

}  // namespace ghostcard::cli
