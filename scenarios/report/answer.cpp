// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/report/answer.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ghostcard::scenarios::report {
namespace {

/// "a", "a and b", "a, b and c"
std::string join(const std::vector<std::string>& parts) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    return text;
}

Shape shape_of(const Outcome& outcome, bool is_ordered) {
    std::vector<Standing> known = outcome.standings;
    std::erase(known, Standing::not_run);
    if (known.empty()) return Shape::not_run;
    const auto changes = std::unique(known.begin(), known.end()) - known.begin();
    if (changes == 1) return known.front() == Standing::holds ? Shape::everywhere : Shape::nowhere;
    if (changes > 2 || !is_ordered) return Shape::mixed;
    return known.front() == Standing::holds ? Shape::up_to : Shape::from;
}

std::vector<Outcome> outcomes_of(const Study& study, std::size_t along) {
    std::map<Place, Outcome> outcomes;
    for (const auto& [place, repetitions] : study.by_place()) {
        Place others = study.is_zipped ? Place(place.size(), 0) : place;
        others[along] = 0;
        Outcome& outcome = outcomes[others];
        outcome.others = others;
        outcome.standings.resize(study.axes[along].values.size());
        outcome.standings[place[along]] = standing_of(study, repetitions);
    }
    std::vector<Outcome> list;
    for (auto& [others, outcome] : outcomes) {
        outcome.shape = shape_of(outcome, study.axes[along].is_number());
        const auto first = std::find(outcome.standings.begin(), outcome.standings.end(), Standing::holds);
        const auto last = std::find(outcome.standings.rbegin(), outcome.standings.rend(), Standing::holds);
        if (first != outcome.standings.end()) {
            outcome.first = static_cast<std::size_t>(first - outcome.standings.begin());
            outcome.last = static_cast<std::size_t>(outcome.standings.rend() - last) - 1;
        }
        list.push_back(std::move(outcome));
    }
    return list;
}

/// The axes that change nothing: the condition holds in the same places whatever they are.
std::vector<std::size_t> idle_axes(const Study& study, std::size_t along, const std::vector<Outcome>& outcomes) {
    std::vector<std::size_t> idle;
    if (study.is_zipped) return idle;
    for (const std::size_t axis : study.open_axes()) {
        std::map<Place, const std::vector<Standing>*> rest;
        const bool changes_nothing = std::all_of(outcomes.begin(), outcomes.end(), [&](const Outcome& each) {
            Place others = each.others;
            others[axis] = 0;
            return *rest.try_emplace(others, &each.standings).first->second == each.standings;
        });
        if (axis != along && changes_nothing && rest.size() < outcomes.size()) idle.push_back(axis);
    }
    return idle;
}

/// One for all that differ in those axes only.
std::vector<Outcome> without(const std::vector<std::size_t>& axes, const std::vector<Outcome>& outcomes) {
    std::map<Place, Outcome> left;
    for (const Outcome& each : outcomes) {
        Place others = each.others;
        for (const std::size_t axis : axes) others[axis] = 0;
        left.try_emplace(others, each);
    }
    std::vector<Outcome> list;
    for (auto& [others, outcome] : left) list.push_back(std::move(outcome));
    return list;
}

/// Puts a study's outcomes into words.
class Wording {
public:
    Wording(const Study& study, std::size_t along, const std::vector<Outcome>& outcomes)
        : study_(study),
          axis_(study.axes[along]),
          idle_(idle_axes(study, along, outcomes)),
          outcomes_(without(idle_, outcomes)) {
        if (study.is_zipped) return;
        for (const std::size_t axis : study.open_axes())
            if (axis != along && std::find(idle_.begin(), idle_.end(), axis) == idle_.end()) others_.push_back(axis);
    }

    /// Of the axes that change nothing, where the summary does not say so.
    std::string note() const {
        if (idle_.empty() || others_.empty()) return "";
        return fmt::format("{} {} no difference to that.", names_of(idle_), idle_.size() == 1 ? "makes" : "make");
    }

    std::string summary() const {
        if (outcomes_.empty()) return fmt::format("No point says anything of {}.", condition());
        const bool rises = !has(Shape::up_to), falls = !has(Shape::from);
        if (!has(Shape::mixed) && (rises || falls)) {
            if (!has(Shape::from) && !has(Shape::up_to) && !has(Shape::nowhere))
                return fmt::format("{} holds at every {} that was run, {}{}.", condition(), name(), range(),
                                   whatever());
            if (!has(Shape::from) && !has(Shape::up_to) && !has(Shape::everywhere))
                return fmt::format("{} holds at no {} that was run, {}{}.", condition(), name(), range(), whatever());
            return threshold(rises);
        }
        static constexpr std::array<std::pair<Shape, std::string_view>, 5> kinds{{{Shape::everywhere, "everywhere"},
                                                                                  {Shape::from, "from a value on"},
                                                                                  {Shape::up_to, "up to a value"},
                                                                                  {Shape::mixed, "here and there"},
                                                                                  {Shape::nowhere, "nowhere"}}};
        if (outcomes_.size() == 1)
            return fmt::format("{} holds for {} {}.", condition(), name(), what(outcomes_.front()));
        std::vector<std::string> parts;
        for (const auto& [shape, words] : kinds)
            if (has(shape)) parts.push_back(fmt::format("{} for {}", words, count(shape)));
        return fmt::format("Along {}, {} holds {} of {} {}.", name(), condition(), join(parts), outcomes_.size(),
                           cases());
    }

    std::vector<AnswerLine> lines() const {
        const std::optional<std::size_t> merged = merged_axis();
        std::vector<AnswerLine> lines;
        std::map<std::string, std::size_t> line_of;
        std::vector<std::pair<std::size_t, std::size_t>> run;  // of each line's last part, on the merged axis
        for (const Outcome* const outcome : by_merged_axis(merged)) {
            const std::string where = combination(outcome->others, merged);
            const auto [entry, is_new] = line_of.try_emplace(where, lines.size());
            if (is_new) {
                lines.push_back({where, {}});
                run.emplace_back();
            }
            auto& parts = lines[entry->second].parts;
            auto& [from, to] = run[entry->second];
            const std::string text = what(*outcome);
            const std::size_t at = merged ? outcome->others[*merged] : 0;
            const bool goes_on = !parts.empty() && parts.back().what == text && at == to + 1;
            if (!goes_on) {
                parts.push_back({text, {}});
                from = at;
            }
            to = at;
            if (merged) parts.back().when = run_text(*merged, from, to);
        }
        return lines;
    }

private:
    const std::string& condition() const { return study_.condition->text; }
    std::string_view name() const { return axis_.key->name; }
    std::string range() const {
        if (!axis_.is_number()) return fmt::format("of {}", axis_.values.size());
        return fmt::format("from {} to {}", axis_.text(0), axis_.text(axis_.values.size() - 1));
    }
    std::string names_of(const std::vector<std::size_t>& axes) const {
        std::vector<std::string> names;
        for (const std::size_t axis : axes) names.emplace_back(study_.axes[axis].key->name);
        return join(names);
    }
    std::string cases() const {
        return fmt::format("{} of {}", others_.size() == 1 ? "values" : "combinations", names_of(others_));
    }
    std::string whatever() const {
        const auto& axes = others_.empty() ? idle_ : others_;
        if (axes.empty()) return "";
        return fmt::format(", whatever {} {}", names_of(axes), axes.size() == 1 ? "is" : "are");
    }
    std::size_t count(Shape shape) const {
        return static_cast<std::size_t>(std::count_if(outcomes_.begin(), outcomes_.end(),
                                                      [&](const Outcome& each) { return each.shape == shape; }));
    }
    bool has(Shape shape) const { return count(shape) > 0; }

    /// Where all that holds at all does so above a value, or all below one.
    std::string threshold(bool rises) const {
        std::vector<const Outcome*> held;
        for (const Outcome& each : outcomes_)
            if (each.shape != Shape::nowhere) held.push_back(&each);
        const auto edge = [rises](const Outcome* each) { return rises ? each->first : each->last; };
        const auto [low, high] = std::minmax_element(
            held.begin(), held.end(), [&](const Outcome* a, const Outcome* b) { return edge(a) < edge(b); });
        const Outcome* const hardest = rises ? *high : *low;
        const Outcome* const easiest = rises ? *low : *high;
        const std::string_view at_bound = rises ? "at least" : "at most";
        const std::size_t nowhere = count(Shape::nowhere);
        std::string text =
            fmt::format("{} of {} {} is enough for {}", name(), at_bound, axis_.text(edge(hardest)), condition());
        if (nowhere == 0)
            text += whatever() + ".";
        else
            text += fmt::format(" in {} of {} {}; in the other {} no value {} is.", held.size(), outcomes_.size(),
                                cases(), nowhere == 1 ? "one" : std::to_string(nowhere), range());
        if (edge(hardest) != edge(easiest))
            text += fmt::format(" It takes that with {}; with {}, {} is enough.", combination(hardest->others, {}),
                                combination(easiest->others, {}), axis_.text(edge(easiest)));
        return text;
    }

    std::string what(const Outcome& outcome) const {
        switch (outcome.shape) {
            case Shape::not_run: return "not run";
            case Shape::everywhere: return axis_.is_number() ? fmt::format("every value {}", range()) : "every value";
            case Shape::nowhere: return axis_.is_number() ? fmt::format("no value {}", range()) : "no value";
            case Shape::from: return fmt::format("at least {} {}", axis_.text(outcome.first), beyond(outcome, true));
            case Shape::up_to: return fmt::format("at most {} {}", axis_.text(outcome.last), beyond(outcome, false));
            case Shape::mixed: break;
        }
        std::vector<std::string> runs;
        const auto holds = [&](std::size_t value) {
            return value < outcome.standings.size() && outcome.standings[value] == Standing::holds;
        };
        for (std::size_t begin = 0; begin < outcome.standings.size(); ++begin) {
            if (!holds(begin)) continue;
            std::size_t end = begin;
            while (axis_.is_number() && holds(end + 1)) ++end;
            runs.push_back(begin == end ? axis_.text(begin)
                                        : fmt::format("{} to {}", axis_.text(begin), axis_.text(end)));
            begin = end;
        }
        return fmt::format("only {}{}", join(runs), axis_.is_number() ? ", not all along" : "");
    }

    /// The next value at which it does not hold, and whether something was left out in between.
    std::string beyond(const Outcome& outcome, bool rises) const {
        std::size_t value = rises ? outcome.first : outcome.last;
        const std::size_t edge = value;
        do value += rises ? std::size_t(-1) : 1;
        while (outcome.standings[value] == Standing::not_run);
        const bool has_gap = rises ? value + 1 != edge : value != edge + 1;
        return fmt::format("(not {}{})", axis_.text(value), has_gap ? "; nothing in between was run" : "");
    }

    /// The axis whose neighbours are put together: the number with most values.
    std::optional<std::size_t> merged_axis() const {
        std::optional<std::size_t> best;
        for (const std::size_t axis : others_)
            if (study_.axes[axis].is_number() &&
                (!best || study_.axes[axis].values.size() > study_.axes[*best].values.size()))
                best = axis;
        return best;
    }
    std::vector<const Outcome*> by_merged_axis(std::optional<std::size_t> merged) const {
        std::vector<const Outcome*> sorted;
        for (const Outcome& each : outcomes_) sorted.push_back(&each);
        if (merged)
            std::stable_sort(sorted.begin(), sorted.end(), [&](const Outcome* a, const Outcome* b) {
                return a->others[*merged] < b->others[*merged];
            });
        return sorted;
    }
    std::string run_text(std::size_t axis, std::size_t from, std::size_t to) const {
        const StudyAxis& of = study_.axes[axis];
        if (from == to) return fmt::format("{} {}", of.key->name, of.text(from));
        return fmt::format("{} {} to {}", of.key->name, of.text(from), of.text(to));
    }
    /// "bus.initial_wait 0, card.dma.burst 64 B"
    std::string combination(const Place& others, std::optional<std::size_t> without) const {
        std::string text;
        for (const std::size_t axis : others_)
            if (axis != without)
                text += fmt::format("{}{} {}", text.empty() ? "" : ", ", study_.axes[axis].key->name,
                                    study_.axes[axis].text(others[axis]));
        return text;
    }

    const Study& study_;
    const StudyAxis& axis_;
    const std::vector<std::size_t> idle_;  ///< Axes that change nothing...
    const std::vector<Outcome> outcomes_;  ///< ...and are left out here.
    std::vector<std::size_t> others_;
};

std::vector<std::string> notes_of(const Study& study, std::size_t along) {
    std::vector<std::string> notes;
    if (study.points.size() < study.all_points)
        notes.push_back(
            fmt::format("Only {} of the sweep's {} points have been run.", study.points.size(), study.all_points));
    const auto undone =
        std::count_if(study.points.begin(), study.points.end(), [](const StudyPoint& each) { return !each.is_done(); });
    if (undone > 0)
        notes.push_back(fmt::format("{} {} did not end well; there the condition counts as not met.", undone,
                                    undone == 1 ? "point" : "points"));
    if (study.seeds > 1) notes.push_back(fmt::format("It holds where it does so for all {} seeds.", study.seeds));
    if (study.is_zipped)
        notes.push_back(fmt::format("All other axes change together with {}.", study.axes[along].key->name));
    if (!study.metric(study.condition->metric) && undone < std::ssize(study.points))
        notes.push_back(fmt::format("No point has the metric {}.", study.condition->metric));
    return notes;
}

}  // namespace

Standing standing_of(const Study& study, const std::vector<const StudyPoint*>& repetitions) {
    if (repetitions.empty()) return Standing::not_run;
    const auto metric = study.metric(study.condition->metric);
    const bool all_hold = std::all_of(repetitions.begin(), repetitions.end(), [&](const StudyPoint* point) {
        return point->is_done() && metric && point->values[*metric].is_number() &&
               study.condition->holds_for(point->values[*metric].get<double>());
    });
    return all_hold ? Standing::holds : Standing::fails;
}

std::optional<Answer> answer_of(const Study& study) {
    if (!study.condition || !study.along) return std::nullopt;
    Answer answer{.summary = {}, .lines = {}, .notes = notes_of(study, *study.along), .outcomes = {}};
    if (!study.metric(study.condition->metric)) {
        answer.summary = fmt::format("No point says anything of {}.", study.condition->text);
        return answer;
    }
    answer.outcomes = outcomes_of(study, *study.along);
    const Wording wording(study, *study.along, answer.outcomes);
    answer.summary = wording.summary();
    answer.lines = wording.lines();
    if (const std::string note = wording.note(); !note.empty()) answer.notes.insert(answer.notes.begin(), note);
    return answer;
}

std::string text_of(const AnswerLine& line) {
    std::string text = line.where;
    for (std::size_t i = 0; i < line.parts.size(); ++i) {
        text += i > 0 ? ", " : text.empty() ? "" : ": ";
        text += line.parts[i].what;
        if (!line.parts[i].when.empty()) text += " for " + line.parts[i].when;
    }
    return text;
}

}  // namespace ghostcard::scenarios::report
