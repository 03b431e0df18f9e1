// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

namespace ghostcard::scenarios {

/// A word as a shell reads it back.
std::string quoted(const std::string& word);
/// The command that runs the scenario with these --set texts.
std::string run_command(const std::string& scenario, std::span<const std::string> sets);

}  // namespace ghostcard::scenarios
