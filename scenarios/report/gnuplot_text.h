// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/report/study.h>

#include <string>
#include <string_view>

namespace ghostcard::scenarios::report {

/// What a figure begins with.
std::string preamble();
/// The colours of values, and the one at a position from 0 to 1 among them.
std::string palette();
std::string colour_at(double position);
/// A string in which gnuplot finds nothing to do.
std::string literal(std::string_view text);
/// The same in a row of data, where only these quotes count.
std::string datum(std::string text);
/// Tics at an axis's values and their range; so many labels that they do not run into each other. `room` is what a
/// value has in points; labels stand side by side, or else one above the other.
std::string labels(const StudyAxis& axis, std::string_view which, double room, bool side_by_side);

}  // namespace ghostcard::scenarios::report
