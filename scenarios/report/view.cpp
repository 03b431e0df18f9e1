// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/report/view.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ghostcard::scenarios::report {
namespace {

std::optional<std::size_t> first_metric(const Study& study) {
    if (study.condition)
        if (const auto asked = study.metric(study.condition->metric)) return asked;
    static constexpr std::array<std::string_view, 3> telling{"frames.dropped", "latency.p99_ps", "bus.utilisation"};
    for (const std::string_view name : telling)
        if (const auto metric = study.metric(name)) return metric;
    if (study.metrics.empty()) return std::nullopt;
    return 0;
}

/// The outcome in the middle of those in which something changes along the question's axis.
const Outcome* typical_outcome(const Answer& answer) {
    std::vector<const Outcome*> changing;
    for (const Outcome& each : answer.outcomes)
        if (each.shape == Shape::from || each.shape == Shape::up_to) changing.push_back(&each);
    return changing.empty() ? nullptr : changing[changing.size() / 2];
}

}  // namespace

void by_values(const Study& study, std::vector<std::size_t>& axes) {
    std::stable_sort(axes.begin(), axes.end(), [&](std::size_t one, std::size_t other) {
        return study.axes[one].values.size() > study.axes[other].values.size();
    });
}

View view_of(const Study& study, const std::optional<Answer>& answer) {
    View view{.metric = first_metric(study), .x = {}, .y = {}, .panels = {}, .pins = {}};
    for (const StudyAxis& axis : study.axes) view.pins.push_back(axis.values.size() / 2);
    if (const Outcome* const outcome = answer ? typical_outcome(*answer) : nullptr) {
        view.pins = outcome->others;
        view.pins[*study.along] = outcome->shape == Shape::from ? outcome->first : outcome->last;
    }

    std::vector<std::size_t> open = study.open_axes();
    if (open.size() < 2) return view;
    const auto along = std::find(open.begin(), open.end(), study.along.value_or(open[1]));
    view.y = along == open.end() ? open[1] : *along;
    std::erase(open, *view.y);
    by_values(study, open);
    view.x = open.front();
    for (std::size_t i = 1; i < open.size() && !view.panels; ++i)
        if (study.axes[open[i]].values.size() <= most_panels) view.panels = open[i];
    return view;
}

std::optional<std::size_t> colour_axis(const Study& study, std::size_t along) {
    std::optional<std::size_t> best;
    for (const std::size_t axis : study.open_axes())
        if (axis != along && (!best || study.axes[axis].values.size() < study.axes[*best].values.size())) best = axis;
    return best;
}

}  // namespace ghostcard::scenarios::report
