// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/sweep/result_store.h>
#include <xxhash.h>

#include <string_view>

#include "description.h"

namespace ghostcard::scenarios::sweep {
namespace {

/// Of the counts that a column holds; empty for plain numbers, "word" for text.
std::string_view unit_name(Kind kind) {
    switch (kind) {
        case Kind::number: return "";
        case Kind::size: return "B";
        case Kind::time: return "ps";
        case Kind::frequency: return "Hz";
        case Kind::rate: return "B/s";
        default: return "word";
    }
}

}  // namespace

std::map<std::string, std::string> describe(const Sweep& sweep, std::uint64_t points) {
    nlohmann::ordered_json axes = nlohmann::ordered_json::array();
    for (const Axis& axis : sweep.axes) {
        nlohmann::ordered_json values = nlohmann::ordered_json::array();
        for (const KeyValue& value : axis.values) values.push_back(text_of(*axis.key, value));
        axes.push_back({{"key", axis.key->name}, {"unit", unit_name(axis.key->kind)}, {"values", values}});
    }
    nlohmann::ordered_json question = {{"text", sweep.question.text}};
    if (const auto& condition = sweep.question.condition) {
        question["condition"] = condition->text;
        question["metric"] = condition->metric;
        question["relation"] = name_of(condition->relation);
        question["value"] = condition->value;
    }
    if (sweep.question.along != nullptr) question["along"] = sweep.question.along->name;
    std::map<std::string, std::string> about{
        {"schema_version", std::to_string(ResultStore::schema_version)},
        {"title", sweep.title},
        {"text", sweep.text},
        {"base", resolved_toml(sweep.base)},
        {"axes", axes.dump()},
        {"question", question.dump()},
        {"points", std::to_string(points)},
        {"seeds", std::to_string(sweep.seeds)},
    };
    std::string all;
    for (const auto& [name, value] : about)
        if (name != "text" && name != "title" && name != "question") all += fmt::format("{}\n{}\n", name, value);
    for (const Constraint& constraint : sweep.constraints) all += fmt::format("{}\n", constraint.text);
    about["fingerprint"] = fmt::format("{:016x}", XXH3_64bits(all.data(), all.size()));
    return about;
}

}  // namespace ghostcard::scenarios::sweep
