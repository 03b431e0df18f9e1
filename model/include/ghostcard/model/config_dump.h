// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ghostcard::model {

/// The card's configuration space after an operating system has set it up, as `lspci -x` prints it and `lspci -F` reads
/// it: a line with the slot, then 16 lines of 16 bytes.
std::string config_dump();

}  // namespace ghostcard::model
