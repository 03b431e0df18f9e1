// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/report/quantity.h>
#include <ghostcard/scenarios/report/study.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace ghostcard::scenarios::report {
namespace {

using Json = nlohmann::json;

constexpr std::size_t number = 0, ending = 1, reason = 2, seed = 4, command = 5, first_axis = 6;  // of columns()

std::uint64_t count_of(const sweep::ResultStore& store, const std::string& name) {
    const std::string text = store.about(name);
    std::uint64_t count = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), count).ec != std::errc())
        throw InputError(fmt::format("the results say nothing of their {}", name));
    return count;
}

std::vector<StudyAxis> read_axes(const std::string& text) {
    std::vector<StudyAxis> axes;
    for (const Json& each : Json::parse(text)) {
        const auto name = each.at("key").get<std::string>();
        StudyAxis axis{.key = find_key(name), .values = {}};
        if (axis.key == nullptr) throw InputError(fmt::format("the results are about '{}', which is no key", name));
        for (const Json& value : each.at("values"))
            axis.values.push_back(parse_value(*axis.key, value.get<std::string>()));
        if (axis.values.empty()) throw InputError(fmt::format("the results have no values of {}", name));
        if (axis.is_number()) std::sort(axis.values.begin(), axis.values.end());
        axes.push_back(std::move(axis));
    }
    return axes;
}

void read_question(const std::string& text, Study& study) {
    const Json question = Json::parse(text);
    study.question = question.value("text", "");
    if (question.contains("condition"))
        study.condition = sweep::parse_condition(question.at("condition").get<std::string>());
    const auto along =
        std::find_if(study.axes.begin(), study.axes.end(),
                     [name = question.value("along", "")](const StudyAxis& axis) { return axis.key->name == name; });
    if (along != study.axes.end()) study.along = static_cast<std::size_t>(along - study.axes.begin());
}

/// As many points as values on each axis: they were paired, not crossed.
bool looks_zipped(const Study& study) {
    const auto values = study.axes.empty() ? 0 : study.axes.front().values.size();
    return study.axes.size() > 1 && values > 1 && study.all_points == values * study.seeds &&
           std::all_of(study.axes.begin(), study.axes.end(),
                       [&](const StudyAxis& axis) { return axis.values.size() == values; });
}

std::size_t place_on(const StudyAxis& axis, const Json& cell) {
    const KeyValue value = cell.is_string() ? KeyValue(cell.get<std::string>())
                                            : KeyValue(cell.is_number() ? cell.get<std::uint64_t>() : 0);
    const auto found = std::find(axis.values.begin(), axis.values.end(), value);
    if (found == axis.values.end() || cell.is_null())
        throw InputError(fmt::format("the results have a point whose {} is none of the sweep's", axis.key->name));
    return static_cast<std::size_t>(found - axis.values.begin());
}

std::string text_or_empty(const Json& cell) { return cell.is_string() ? cell.get<std::string>() : std::string(); }

/// Leaves those that tell points apart, and the condition's.
void drop_constant_metrics(Study& study) {
    std::vector<std::size_t> kept;
    std::vector<std::string> names;
    for (std::size_t metric = 0; metric < study.metrics.size(); ++metric) {
        const Json* first = nullptr;
        bool varies = false, is_measured = false;
        for (const StudyPoint& point : study.points) {
            if (!point.is_done()) continue;
            const Json& value = point.values[metric];
            if (first == nullptr) first = &value;
            varies = varies || value != *first;
            is_measured = is_measured || value.is_number();
        }
        const bool is_asked_for = study.condition && study.condition->metric == study.metrics[metric];
        if (!varies && !(is_asked_for && is_measured)) continue;
        kept.push_back(metric);
        names.push_back(study.metrics[metric]);
    }
    for (StudyPoint& point : study.points) {
        std::vector<Json> values;
        for (const std::size_t metric : kept) values.push_back(std::move(point.values[metric]));
        point.values = std::move(values);
    }
    study.metrics = std::move(names);
}

Study read(const sweep::ResultStore& store) {
    Study study;
    study.title = store.about("title");
    study.sweep_file = store.about("text");
    study.base = store.about("base");
    study.all_points = count_of(store, "points");
    study.seeds = count_of(store, "seeds");
    study.axes = read_axes(store.about("axes"));
    read_question(store.about("question"), study);
    study.is_zipped = looks_zipped(study);

    const std::vector<std::string> columns = store.columns();
    const std::size_t first_metric = first_axis + study.axes.size();
    study.metrics.assign(columns.begin() + static_cast<std::ptrdiff_t>(first_metric), columns.end());
    store.for_each([&](const std::vector<Json>& cells) {
        StudyPoint point{.number = cells[number].get<std::uint64_t>(),
                         .ending = text_or_empty(cells[ending]),
                         .reason = text_or_empty(cells[reason]),
                         .seed = cells[seed].is_number() ? cells[seed].get<std::uint64_t>() : 0,
                         .command = text_or_empty(cells[command]),
                         .place = {},
                         .values = {cells.begin() + static_cast<std::ptrdiff_t>(first_metric), cells.end()}};
        for (std::size_t axis = 0; axis < study.axes.size(); ++axis)
            point.place.push_back(place_on(study.axes[axis], cells[first_axis + axis]));
        study.points.push_back(std::move(point));
    });
    drop_constant_metrics(study);
    return study;
}

}  // namespace

Study read_study(const sweep::ResultStore& store) {
    try {
        return read(store);
    } catch (const Json::exception& error) {
        throw InputError(fmt::format("the results are not a sweep's: {}", error.what()));
    }
}

std::string StudyAxis::text(std::size_t value) const {
    constexpr std::size_t most = 10;
    std::string exact = text_of(*key, values[value]);
    const std::string_view unit = unit_of_key(key->name);
    if (exact.size() <= most || unit.empty()) return exact;
    const Scale scale = scale_for(unit, count(value));
    return fmt::format("{:.4g} {}", count(value) / scale.worth, scale.unit);
}

std::vector<std::size_t> Study::open_axes() const {
    std::vector<std::size_t> open;
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
        if (axes[axis].values.size() > 1) open.push_back(axis);
    if (is_zipped) return {along.value_or(open.front())};
    return open;
}

std::optional<std::size_t> Study::metric(std::string_view name) const {
    const auto found = std::find(metrics.begin(), metrics.end(), name);
    if (found == metrics.end()) return std::nullopt;
    return static_cast<std::size_t>(found - metrics.begin());
}

std::map<Place, std::vector<const StudyPoint*>> Study::by_place() const {
    std::map<Place, std::vector<const StudyPoint*>> places;
    for (const StudyPoint& point : points) places[point.place].push_back(&point);
    return places;
}

}  // namespace ghostcard::scenarios::report
