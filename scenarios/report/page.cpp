// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/report/page.h>
#include <ghostcard/scenarios/report/quantity.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace ghostcard::scenarios::report {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<std::size_t>& index) { return index ? Json(*index) : Json(); }

std::string_view name_of(Shape shape) {
    switch (shape) {
        case Shape::not_run: return "not_run";
        case Shape::everywhere: return "everywhere";
        case Shape::nowhere: return "nowhere";
        case Shape::from: return "from";
        case Shape::up_to: return "up_to";
        case Shape::mixed: return "mixed";
    }
    return "unknown";
}

Json document_of(const Answer& answer) {
    Json lines = Json::array(), outcomes = Json::array();
    for (const AnswerLine& line : answer.lines) {
        Json parts = Json::array();
        for (const AnswerLine::Part& part : line.parts) parts.push_back({{"what", part.what}, {"when", part.when}});
        lines.push_back({{"where", line.where}, {"parts", parts}});
    }
    for (const Outcome& each : answer.outcomes)
        outcomes.push_back(
            {{"others", each.others}, {"shape", name_of(each.shape)}, {"first", each.first}, {"last", each.last}});
    return {{"summary", answer.summary}, {"lines", lines}, {"notes", answer.notes}, {"outcomes", outcomes}};
}

Json document_of(const StudyAxis& axis) {
    Json texts = Json::array(), counts = Json::array();
    for (std::size_t value = 0; value < axis.values.size(); ++value) {
        texts.push_back(axis.text(value));
        if (axis.is_number()) counts.push_back(axis.count(value));
    }
    return {{"key", axis.key->name},
            {"meaning", axis.key->meaning},
            {"unit", unit_of_key(axis.key->name)},
            {"texts", texts},
            {"counts", axis.is_number() ? counts : Json()}};
}

/// Column by column, which is short and quick to look through.
Json points_of(const Study& study) {
    Json number = Json::array(), ending = Json::array(), seed = Json::array(), command = Json::array();
    Json places(study.axes.size(), Json::array()), values(study.metrics.size(), Json::array());
    Json reasons = Json::object();
    for (const StudyPoint& point : study.points) {
        if (!point.reason.empty()) reasons[std::to_string(number.size())] = point.reason;
        number.push_back(point.number);
        ending.push_back(point.ending);
        command.push_back(point.command);
        if (study.seeds > 1) seed.push_back(std::to_string(point.seed));  // may be more than a script's number holds
        for (std::size_t axis = 0; axis < study.axes.size(); ++axis) places[axis].push_back(point.place[axis]);
        for (std::size_t metric = 0; metric < study.metrics.size(); ++metric)
            values[metric].emplace_back(point.values[metric]);
    }
    return {{"number", number}, {"ending", ending}, {"reasons", reasons}, {"seed", seed},
            {"place", places},  {"values", values}, {"command", command}};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string html_text(std::string text) {
    replace_all(text, "&", "&amp;");
    replace_all(text, "<", "&lt;");
    return text;
}

std::string read_part(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw InputError(
            fmt::format("{}: a part of the report's page is not installed; tools/setup fetches it before the build",
                        file.string()));
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string read_script(const std::filesystem::path& file) {
    std::string script = read_part(file);
    replace_all(script, "</script", "<\\/script");
    replace_all(script, "<!--", "<\\!--");
    return script;
}

}  // namespace

Json page_document(const Study& study, const std::optional<Answer>& answer, const View& view) {
    Json axes = Json::array(), metrics = Json::array(), colours = Json::array();
    for (const StudyAxis& axis : study.axes) axes.push_back(document_of(axis));
    for (std::size_t axis = 0; axis < study.axes.size(); ++axis) colours.push_back(or_null(colour_axis(study, axis)));
    for (const std::string& metric : study.metrics)
        metrics.push_back({{"name", metric}, {"unit", unit_of_metric(metric)}});
    Json condition;
    if (study.condition)
        condition = {{"text", study.condition->text},
                     {"metric", study.condition->metric},
                     {"relation", sweep::name_of(study.condition->relation)},
                     {"value", study.condition->value}};
    return {{"title", study.title},
            {"question", study.question},
            {"condition", condition},
            {"along", or_null(study.along)},
            {"answer", answer ? document_of(*answer) : Json()},
            {"axes", axes},
            {"open", study.open_axes()},
            {"is_zipped", study.is_zipped},
            {"seeds", study.seeds},
            {"all_points", study.all_points},
            {"metrics", metrics},
            {"points", points_of(study)},
            {"view",
             {{"metric", or_null(view.metric)},
              {"x", or_null(view.x)},
              {"y", or_null(view.y)},
              {"panels", or_null(view.panels)},
              {"most_panels", most_panels},
              {"pins", view.pins},
              {"colours", colours}}},
            {"base", study.base},
            {"sweep_file", study.sweep_file}};
}

std::string script_text(const Json& document) {
    std::string text = document.dump(-1, ' ', true, Json::error_handler_t::replace);
    replace_all(text, "<", "\\u003c");
    return text;
}

void write_page(const std::filesystem::path& parts, const Json& document, OutputFile& file) {
    const std::array<std::pair<std::string_view, std::string>, 9> fillings{{
        {"@TITLE@", html_text(document.at("title").get<std::string>())},
        {"@STYLE@", read_part(parts / "page.css")},
        {"@DATA@", script_text(document)},
        {"@VEGA@", read_script(parts / "vega.min.js")},
        {"@VEGA_LITE@", read_script(parts / "vega-lite.min.js")},
        {"@STUDY_SCRIPT@", read_script(parts / "study.js")},
        {"@CHARTS_SCRIPT@", read_script(parts / "charts.js")},
        {"@TABLE_SCRIPT@", read_script(parts / "table.js")},
        {"@PAGE_SCRIPT@", read_script(parts / "page.js")},
    }};
    const std::string page = read_part(parts / "page.html");
    std::string_view rest = page;
    for (const auto& [place, filling] : fillings) {
        const auto at = rest.find(place);
        if (at == std::string_view::npos)
            throw InputError(fmt::format("{}: has no {}", (parts / "page.html").string(), place));
        file.write(rest.substr(0, at));
        file.write(filling);
        rest.remove_prefix(at + place.size());
    }
    file.write(rest);
}

}  // namespace ghostcard::scenarios::report
