// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace ghostcard::cli {

/// Runs this command once more, in a process of its own and with these arguments, and waits for its end. A signal that
/// ends it ends this process, too.
ExitStatus run_self(const std::vector<std::string>& arguments);

}  // namespace ghostcard::cli
