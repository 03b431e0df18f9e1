// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/sweep/threshold.h>

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::scenarios::sweep {
namespace {

/// The points that differ along the axis only, and what is known of them.
class Search {
public:
    explicit Search(std::string others) : others_(std::move(others)) {}

    void add(const KeyValue& value, const Point& point) { steps_[value].points.push_back(&point); }

    /// The points that have to be known next; none when it is over. Each is named once.
    std::vector<const Point*> next() {
        if (low_ == nullptr) {
            low_ = &*steps_.begin();
            high_ = &*steps_.rbegin();
        }
        if (!low_->second.is_known() || !high_->second.is_known()) return join(ask(*low_), ask(*high_));
        while (low_->second.holds != high_->second.holds) {
            auto below = steps_.find(low_->first);
            const auto above = steps_.find(high_->first);
            const auto between = std::distance(below, above);
            if (between == 1) return {};
            std::advance(below, between / 2);
            if (!below->second.is_known()) return ask(*below);
            (below->second.holds == low_->second.holds ? low_ : high_) = &*below;
        }
        return {};
    }

    void learn(const KeyValue& value, bool holds) {
        Step& step = steps_.at(value);
        ++step.known;
        step.holds = step.holds && holds;
    }

    Threshold result() const {
        Threshold threshold{.others = others_, .holds = {}, .fails = {}};
        for (const auto* const step : {low_, high_})
            (step->second.holds ? threshold.holds : threshold.fails) = step->first;
        threshold.holds_above = high_->second.holds;
        return threshold;
    }

private:
    struct Step {
        std::vector<const Point*> points;  ///< One for each repetition.
        std::size_t known = 0;
        bool holds = true, is_asked = false;

        bool is_known() const { return known == points.size(); }
    };
    using Steps = std::map<KeyValue, Step>;

    static std::vector<const Point*> ask(Steps::value_type& step) {
        if (std::exchange(step.second.is_asked, true)) return {};
        return step.second.points;
    }
    static std::vector<const Point*> join(std::vector<const Point*> one, const std::vector<const Point*>& other) {
        one.insert(one.end(), other.begin(), other.end());
        return one;
    }

    const std::string others_;
    Steps steps_;
    Steps::value_type* low_ = nullptr;
    Steps::value_type* high_ = nullptr;
};

std::map<std::uint64_t, bool> known_outcomes(const ResultStore& store, const Condition& condition) {
    const std::vector<std::string> columns = store.columns();
    const auto metric = std::find(columns.begin(), columns.end(), condition.metric) - columns.begin();
    std::map<std::uint64_t, bool> outcomes;
    store.for_each([&](const std::vector<nlohmann::json>& values) {
        const bool measured = metric < std::ssize(columns) && values[static_cast<std::size_t>(metric)].is_number();
        outcomes[values[0].get<std::uint64_t>()] =
            measured && condition.holds_for(values[static_cast<std::size_t>(metric)].get<double>());
    });
    return outcomes;
}

bool holds_for(const Row& row, const Condition& condition) {
    const auto metric = row.metrics.find(condition.metric);
    return metric != row.metrics.end() && metric->second.is_number() &&
           condition.holds_for(metric->second.get<double>());
}

}  // namespace

std::vector<Threshold> find_thresholds(const Sweep& sweep, std::span<const Point> points, const Condition& condition,
                                       const Key& along, ResultStore& store, const RunOne& run_one,
                                       const ManyOptions& options) {
    if (!sweep.crosses(along))
        throw InputError(fmt::format("'{}' is not one of the crossed axes of {}", along.name, sweep.file.string()));
    const auto axis =
        std::find_if(sweep.axes.begin(), sweep.axes.end(), [&](const Axis& each) { return each.key == &along; });
    const auto at = static_cast<std::size_t>(axis - sweep.axes.begin());

    std::map<std::vector<KeyValue>, Search> searches;
    std::map<std::uint64_t, std::pair<Search*, const Point*>> searched;
    for (const Point& point : points) {
        std::vector<KeyValue> others = point.values;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(at));
        std::string name;
        for (std::size_t i = 0, other = 0; i < sweep.axes.size(); ++i)
            if (i != at)
                name += fmt::format("{}{}={}", name.empty() ? "" : " ", sweep.axes[i].key->name,
                                    text_of(*sweep.axes[i].key, others[other++]));
        Search& search = searches.try_emplace(others, name).first->second;
        search.add(point.values[at], point);
        searched[point.number] = {&search, &point};
    }

    const std::map<std::uint64_t, bool> outcomes = known_outcomes(store, condition);
    std::vector<const Point*> waiting;
    const auto ask = [&] {
        for (bool learnt = true; learnt && waiting.empty();) {
            learnt = false;
            for (auto& [others, search] : searches)
                for (const Point* const point : search.next())
                    if (const auto known = outcomes.find(point->number); known != outcomes.end()) {
                        search.learn(point->values[at], known->second);
                        learnt = true;
                    } else {
                        waiting.push_back(point);
                    }
        }
        std::reverse(waiting.begin(), waiting.end());
    };
    std::uint64_t done = 0;
    run_rows(
        sweep,
        [&]() -> const Point* {
            if (waiting.empty()) ask();
            if (waiting.empty()) return nullptr;
            const Point* const point = waiting.back();
            waiting.pop_back();
            return point;
        },
        [&](const Row& row) {
            store.add(row);
            const auto& [search, point] = searched.at(row.number);
            search->learn(point->values[at], holds_for(row, condition));
            if (options.progress) options.progress(++done, 0);
        },
        run_one, options);

    std::vector<Threshold> thresholds;
    for (const auto& [others, search] : searches) thresholds.push_back(search.result());
    return thresholds;
}

std::string sentence(const Threshold& threshold, const Condition& condition, const Key& along) {
    std::string text = threshold.others.empty() ? "" : threshold.others + ": ";
    text += condition.text;
    if (!threshold.holds)
        return fmt::format("{} for no {}, up to {}", text, along.name, text_of(along, *threshold.fails));
    if (!threshold.fails) return fmt::format("{} for every {}", text, along.name);
    return fmt::format("{} {} {} {}; not at {}", text, threshold.holds_above ? "from" : "up to", along.name,
                       text_of(along, *threshold.holds), text_of(along, *threshold.fails));
}

nlohmann::ordered_json document_of(const Threshold& threshold, const Key& along) {
    const auto value = [&](const std::optional<KeyValue>& each) {
        return each ? nlohmann::ordered_json(text_of(along, *each)) : nlohmann::ordered_json();
    };
    return {{"others", threshold.others},
            {"along", along.name},
            {"holds", value(threshold.holds)},
            {"fails", value(threshold.fails)},
            {"holds_above", threshold.holds_above}};
}

}  // namespace ghostcard::scenarios::sweep
