// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/sweep/export.h>

#include <string>
#include <string_view>

namespace ghostcard::scenarios::sweep {
namespace {

std::string field(const nlohmann::json& value) {
    if (value.is_null()) return "";
    if (!value.is_string()) return value.dump();
    auto text = value.get<std::string>();
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

template <class Values>
std::string line(const Values& values) {
    std::string text;
    for (const auto& value : values) text += (&value == &values.front() ? "" : ",") + field(value);
    return text + "\r\n";
}

}  // namespace

void write_csv(const ResultStore& store, OutputFile& file) {
    file.write(line(store.columns()));
    store.for_each([&](const std::vector<nlohmann::json>& values) { file.write(line(values)); });
}

void write_json_lines(const ResultStore& store, OutputFile& file) {
    const std::vector<std::string> columns = store.columns();
    store.for_each([&](const std::vector<nlohmann::json>& values) {
        nlohmann::ordered_json object;
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!values[i].is_null()) object[columns[i]] = values[i];
        file.write(object.dump() + "\n");
    });
}

}  // namespace ghostcard::scenarios::sweep
