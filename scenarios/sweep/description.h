// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <cstdint>
#include <map>
#include <string>

namespace ghostcard::scenarios::sweep {

/// What a ResultStore says about its sweep, by name. `fingerprint` is of what the results depend on.
std::map<std::string, std::string> describe(const Sweep& sweep, std::uint64_t points);

}  // namespace ghostcard::scenarios::sweep
