// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ghostcard::scenarios::report {

/// Of a metric of the result document, as its name says: "ps", "B", "B/s", "%" for a fraction, or "" for a count.
std::string_view unit_of_metric(std::string_view metric);
/// Of what a key holds.
std::string_view unit_of_key(std::string_view key);

/// A unit for people, and what it is worth in the one it stands for.
struct Scale {
    std::string_view unit;
    double worth = 1;
};
/// In which numbers up to `largest` read well: 526618855 of "ps" as us, 65536 of "B" as KiB.
Scale scale_for(std::string_view unit, double largest);

}  // namespace ghostcard::scenarios::report
