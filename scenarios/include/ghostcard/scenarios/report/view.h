// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/report/answer.h>
#include <ghostcard/scenarios/report/study.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace ghostcard::scenarios::report {

/// What a report shows at first: which axis goes where, and at which value the rest is looked at.
struct View {
    std::optional<std::size_t> metric;  ///< The question's, or the first that varies.
    std::optional<std::size_t> x, y,
        panels;  ///< Axes of the heat maps, of which there is one for each value of panels.
    Place pins;  ///< Where an axis that is not drawn stands: where something changes, else in the middle.
};
View view_of(const Study& study, const std::optional<Answer>& answer);

/// Puts those with most values first, which fill a map's width best.
void by_values(const Study& study, std::vector<std::size_t>& axes);

/// The axis that gives curves along another one their colours: that with fewest values. Nothing if there is none.
std::optional<std::size_t> colour_axis(const Study& study, std::size_t along);

/// More panels than that are not small multiples any more.
constexpr std::size_t most_panels = 12;

}  // namespace ghostcard::scenarios::report
