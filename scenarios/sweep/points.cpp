// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/random.h>
#include <ghostcard/scenarios/command_text.h>
#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace ghostcard::scenarios::sweep {
namespace {

constexpr std::uint64_t largest_seed = std::numeric_limits<std::int64_t>::max();

std::uint64_t seed_of(const Sweep& sweep, unsigned repetition) {
    if (repetition == 0) return sweep.base.seed;
    return Random(sweep.base.seed, fmt::format("repetition {}", repetition)).next() & largest_seed;
}

Scenario with(const Sweep& sweep, const std::vector<KeyValue>& values) {
    Scenario scenario = sweep.base;
    for (std::size_t i = 0; i < values.size(); ++i) sweep.axes[i].key->set(scenario, values[i]);
    return scenario;
}

/// How many points there are without the constraints; many: at least that.
std::uint64_t grid_size(const Sweep& sweep) {
    constexpr std::uint64_t many = 1ull << 62;
    if (sweep.is_zipped) return sweep.axes.front().values.size() * sweep.seeds;
    std::uint64_t size = sweep.seeds;
    for (const Axis& axis : sweep.axes) size = size > many / axis.values.size() ? many : size * axis.values.size();
    return size;
}

/// The n-th of the grid.
std::vector<KeyValue> values_at(const Sweep& sweep, std::uint64_t n) {
    std::vector<KeyValue> values(sweep.axes.size());
    for (std::size_t i = values.size(); i-- > 0;) {
        const auto& of_axis = sweep.axes[i].values;
        values[i] = of_axis[n % of_axis.size()];
        if (!sweep.is_zipped) n /= of_axis.size();
    }
    return values;
}

std::vector<std::string> sets_of(const Sweep& sweep, const Point& point) {
    std::vector<std::string> sets = sweep.sets;
    for (std::size_t i = 0; i < point.values.size(); ++i)
        sets.push_back(fmt::format("{}={}", sweep.axes[i].key->name, text_of(*sweep.axes[i].key, point.values[i])));
    if (point.seed != sweep.base.seed) sets.push_back(fmt::format("scenario.seed={}", point.seed));
    return sets;
}

}  // namespace

bool Sweep::crosses(const Key& key) const {
    return !is_zipped && std::any_of(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.key == &key; });
}

std::vector<Point> points_of(const Sweep& sweep, std::uint64_t most) {
    const std::uint64_t size = grid_size(sweep);
    if (size > most)
        throw InputError(fmt::format("{}: the axes have {} points, and at most {} are allowed (--max-points)",
                                     sweep.file.string(), size, most));
    std::vector<Point> points;
    for (std::uint64_t n = 0; n < size / sweep.seeds; ++n) {
        const std::vector<KeyValue> values = values_at(sweep, n);
        const Scenario scenario = with(sweep, values);
        const auto holds = [&](const Constraint& each) { return each.holds_for(scenario); };
        if (!std::all_of(sweep.constraints.begin(), sweep.constraints.end(), holds)) continue;
        for (unsigned repetition = 0; repetition < sweep.seeds; ++repetition)
            points.push_back(
                {points.size(), values, repetition, sweep.seeds == 1 ? scenario.seed : seed_of(sweep, repetition)});
    }
    if (points.empty()) throw InputError(fmt::format("{}: no point meets the constraints", sweep.file.string()));
    return points;
}

Scenario scenario_of(const Sweep& sweep, const Point& point) {
    Scenario scenario = with(sweep, point.values);
    scenario.seed = point.seed;
    if (const auto conflict = find_conflict(scenario)) throw InputError(conflict->message);
    return scenario;
}

std::string name_of(const Sweep& sweep, const Point& point) {
    std::string name;
    for (std::size_t i = 0; i < point.values.size(); ++i)
        name += fmt::format("{}{}={}", name.empty() ? "" : " ", sweep.axes[i].key->name,
                            text_of(*sweep.axes[i].key, point.values[i]));
    return sweep.seeds == 1 ? name : fmt::format("{} repetition={}", name, point.repetition);
}

std::string command_of(const Sweep& sweep, const Point& point) {
    return run_command(sweep.scenario_file, sets_of(sweep, point));
}

}  // namespace ghostcard::scenarios::sweep
