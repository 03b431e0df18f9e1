// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/report/study.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::scenarios::report {

/// Whether the condition holds at a place: for all its repetitions. It does not where a point did not end well or has
/// no such metric.
enum class Standing { not_run, fails, holds };

/// Where along the question's axis the condition holds.
enum class Shape {
    not_run,
    everywhere,
    nowhere,
    from,   ///< From a value on.
    up_to,  ///< Up to a value.
    mixed,  ///< It comes and goes, or the axis has words, which have no order.
};

/// For one choice of the other axes.
struct Outcome {
    Place others;                     ///< With 0 for the question's axis.
    std::vector<Standing> standings;  ///< For each value of the question's axis.
    Shape shape = Shape::not_run;
    std::size_t first = 0, last = 0;  ///< Values at which it holds, if it does anywhere.
};

/// "card.dma.burst 64 B: at least 8 KiB for bus.initial_wait 0 to 3, at least 16 KiB for bus.initial_wait 4 to 8"
struct AnswerLine {
    struct Part {
        std::string what, when;
    };
    std::string where;  ///< Empty if there is only one line.
    std::vector<Part> parts;
};

struct Answer {
    std::string summary;            ///< A sentence or two.
    std::vector<AnswerLine> lines;  ///< All there is to know, alike neighbours put together.
    std::vector<std::string> notes;
    std::vector<Outcome> outcomes;
};

/// Nothing if the study does not ask from where on a condition holds.
std::optional<Answer> answer_of(const Study& study);
std::string text_of(const AnswerLine& line);

Standing standing_of(const Study& study, const std::vector<const StudyPoint*>& repetitions);

}  // namespace ghostcard::scenarios::report
