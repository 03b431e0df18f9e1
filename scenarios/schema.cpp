// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/model/video/raster.h>
#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/schema.h>

#include <string_view>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;

/// A point stands for itself.
std::string escaped(std::string_view text) {
    std::string pattern;
    for (const char c : text) pattern += c == '.' ? std::string("\\.") : std::string(1, c);
    return pattern;
}

std::string pattern_for(Kind kind) {
    const auto number_with = [](std::string_view units) { return fmt::format(R"(^[0-9]+(\.[0-9]+)? *({})$)", units); };
    switch (kind) {
        case Kind::size: return number_with("B|kB|MB|GB|KiB|MiB|GiB");
        case Kind::time: return number_with("ps|ns|us|ms|s");
        case Kind::frequency: return number_with("Hz|kHz|MHz|GHz");
        case Kind::rate: return number_with("B/s|kB/s|MB/s|GB/s|KiB/s|MiB/s|GiB/s");
        case Kind::mode: {
            std::string names;
            for (const model::Raster& raster : model::cea_rasters()) names += escaped(raster.name) + "|";
            return "^(auto|" + names + "[0-9]+x[0-9]+@[0-9]+(/[0-9]+)?)$";
        }
        case Kind::source: return R"(^(bars|ramp|noise|.*\.(y4m|rgb))$)";
        default: return "";
    }
}

Json schema_of(const Key& key) {
    Json schema{{"description", fmt::format("{} Allowed: {}.", key.meaning, allowed_text(key))}};
    if (key.kind == Kind::choice) {
        schema["enum"] = key.choices;
    } else if (key.kind == Kind::number && key.limits.power_of_two) {
        for (auto count = key.limits.min; count <= key.limits.max; count *= 2) schema["enum"].push_back(count);
    } else if (key.kind == Kind::number) {
        schema["type"] = "integer";
        schema["minimum"] = key.limits.min;
        schema["maximum"] = key.limits.max;
    } else {
        schema["type"] = "string";
        if (const std::string pattern = pattern_for(key.kind); !pattern.empty()) schema["pattern"] = pattern;
    }
    if (const auto value = key.get({})) {
        const auto* const number = std::get_if<std::uint64_t>(&*value);
        schema["default"] = number != nullptr && key.kind == Kind::number ? Json(*number) : Json(text_of(key, *value));
    }
    return schema;
}

Json& table_at(Json& tables, std::string_view name) {
    Json& table = tables["properties"][std::string(name)];
    if (table.is_null()) table = {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
    return table;
}

void add(Json& tables, std::string_view path, const Key& key) {
    const auto dot = path.find('.');
    if (dot == path.npos) {
        tables["properties"][std::string(path)] = schema_of(key);
    } else {
        add(table_at(tables, path.substr(0, dot)), path.substr(dot + 1), key);
    }
}

}  // namespace

Json json_schema() {
    Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                {"title", "ghostcard scenario"},
                {"description", "What a run of ghostcard simulates and what is expected of it."},
                {"type", "object"},
                {"additionalProperties", false},
                {"properties", Json::object()}};
    for (const Key& key : keys()) add(schema, key.name, key);
    const Json further{{"type", "object"}, {"additionalProperties", {{"$ref", "#/definitions/expectation"}}}};
    Json expect{{"description", "Paths into the result document, each with the value or the range that it must have."}};
    expect.update(further);
    schema["properties"]["expect"] = expect;
    const Json value{{"type", Json::array({"boolean", "number", "string"})}};
    schema["definitions"]["expectation"]["anyOf"] = Json::array({value, further});
    return schema;
}

std::string keys_markdown() {
    std::string text =
        "# Scenario keys\n\n"
        "<!-- Generated; renew with: ghostcard schema --format md > docs/scenario-keys.md -->\n\n"
        "A scenario is a TOML file in plain ASCII. Sizes, times, frequencies and rates are texts with a unit: `\"64 "
        "KiB\"`, "
        "`\"8 us\"`, `\"33 MHz\"`, `\"8 GB/s\"`.\nEvery key may be left out, and be set with `--set key=value`.\n";
    std::string_view table;
    for (const Key& key : keys()) {
        const std::string_view begin = key.name.substr(0, key.name.find('.'));
        if (begin != table)
            text += fmt::format("\n## [{}]\n\n| key | default | allowed | meaning |\n|---|---|---|---|\n", begin);
        table = begin;
        const auto value = key.get({});
        const std::string default_text = value ? text_of(key, *value) : "";
        text +=
            fmt::format("| `{}` | {} | {} | {} |\n", key.name,
                        default_text.empty() ? "" : fmt::format("`{}`", default_text), allowed_text(key), key.meaning);
    }
    text +=
        "\n## [expect]\n\n"
        "What must hold of the result document: a path of names with dots between, and a value or a range.\n\n"
        "```toml\n"
        "[expect]\n"
        "frames.delivered = 30\n"
        "latency.max_ps = {max = \"2 ms\"}\n"
        "bus.utilisation = {min = 0.1, max = 0.9}\n"
        "translation.fault_count = 0\n"
        "```\n\n"
        "A value under a name that ends in `_ps`, or that is `bytes`, ends in `_bytes` or begins with `bytes_`, may be "
        "a "
        "text with a unit.\nIn a list a number is an index and `count` its length. A path that the result does not "
        "have is "
        "not met.\n";
    return text;
}

}  // namespace ghostcard::scenarios
