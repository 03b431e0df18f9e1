// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/sweep/result_store.h>

namespace ghostcard::scenarios::sweep {

using Json = nlohmann::json;

namespace {

void collect(const nlohmann::ordered_json& value, const std::string& path, std::map<std::string, Json>& metrics) {
    if (value.is_object()) {
        for (const auto& [name, inner] : value.items())
            collect(inner, path.empty() ? name : fmt::format("{}.{}", path, name), metrics);
    } else if (value.is_array()) {
        metrics[path + ".count"] = value.size();
    } else if (value.is_number() || value.is_boolean()) {
        metrics[path] = value;
    }
}

}  // namespace

std::map<std::string, Json> metrics_of(const nlohmann::ordered_json& result) {
    std::map<std::string, Json> metrics;
    for (const auto& [name, value] : result.items())
        if (name != "schema_version" && name != "scenario" && name != "expectations" && name != "host")
            collect(value, name, metrics);
    return metrics;
}

}  // namespace ghostcard::scenarios::sweep
