// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/resolved.h>

#include <algorithm>
#include <utility>

namespace ghostcard::scenarios {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json json_of(const Key& key, const KeyValue& value) {
    const auto* const number = std::get_if<std::uint64_t>(&value);
    return number != nullptr && key.kind == Kind::number ? Json(*number) : Json(text_of(key, value));
}

Json json_of(const Scalar& value) {
    return std::visit([](const auto& each) { return Json(each); }, value);
}

/// TOML escapes text as JSON does, but a character beyond U+FFFF as one \UXXXXXXXX instead of a surrogate pair.
std::string toml_of(const Json& value) {
    const std::string json = value.dump(-1, ' ', true);
    const auto code_at = [&](std::size_t at) { return std::stoul(json.substr(at + 2, 4), nullptr, 16); };
    std::string text;
    for (std::size_t at = 0; at < json.size();) {
        const std::size_t size = json[at] != '\\' ? 1 : json[at + 1] != 'u' ? 2 : 6;
        const bool is_pair = size == 6 && code_at(at) >= 0xd800 && code_at(at) < 0xdc00;
        text += is_pair ? fmt::format("\\U{:08X}", 0x10000 + ((code_at(at) - 0xd800) << 10) + code_at(at + 6) - 0xdc00)
                        : json.substr(at, size);
        at += is_pair ? 12 : size;
    }
    return text;
}

std::string toml_of(const Expectation& expectation) {
    const auto number = [&](const Scalar& value) { return toml_of(json_of(written_value(expectation.path, value))); };
    if (const auto* const value = std::get_if<Scalar>(&expectation.wanted)) return number(*value);
    const auto& [min, max] = std::get<Bounds>(expectation.wanted);
    return fmt::format("{{{}{}{}}}", min ? "min = " + number(*min) : "", min && max ? ", " : "",
                       max ? "max = " + number(*max) : "");
}

/// A file's path from the folder of the scenario that names it; an absolute one stays.
KeyValue seen_from(const fs::path& folder, const Key& key, KeyValue value) {
    const auto* const text = std::get_if<std::string>(&value);
    if (key.kind != Kind::source || is_generated(*text) || fs::path(*text).is_absolute()) return value;
    const auto full = [](const fs::path& path) { return fs::absolute(path).lexically_normal(); };
    return full(*text).lexically_proximate(full(folder / "")).string();
}

}  // namespace

Json resolved_document(const Scenario& scenario) {
    Json document;
    for (const Key& key : keys()) {
        const auto value = key.get(scenario);
        std::string path = "/" + std::string(key.name);
        std::replace(path.begin(), path.end(), '.', '/');
        if (value) document[Json::json_pointer(path)] = json_of(key, *value);
    }
    return document;
}

std::string resolved_toml(const Scenario& scenario, const fs::path& folder) {
    std::string text;
    std::string_view table;
    for (const Key& key : keys()) {
        const auto value = key.get(scenario);
        if (!value) continue;
        const auto dot = key.name.find('.');
        if (key.name.substr(0, dot) != table) {
            text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", key.name.substr(0, dot));
            table = key.name.substr(0, dot);
        }
        text +=
            fmt::format("{} = {}\n", key.name.substr(dot + 1), toml_of(json_of(key, seen_from(folder, key, *value))));
    }
    if (!scenario.expect.empty()) text += "\n[expect]\n";
    for (const Expectation& each : scenario.expect) text += fmt::format("{} = {}\n", each.path, toml_of(each));
    return text;
}

}  // namespace ghostcard::scenarios
