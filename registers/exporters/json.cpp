// SPDX-License-Identifier: MIT
#include "formats.h"

#include <nlohmann/json.hpp>

namespace ghostcard::registers {
namespace {

using Json = nlohmann::ordered_json;  // Keys as written here: for people, too.

Json to_json(const FieldInfo& field) {
    Json result{{"name", field.name},
                {"description", printable(field.description)},
                {"high", field.high},
                {"low", field.low},
                {"access", name_of(field.access)},
                {"reset", field.reset}};
    for (const Enumerator& value : field.values)
        result["values"].push_back(
            {{"value", value.value}, {"name", value.name}, {"description", printable(value.description)}});
    return result;
}

Json to_json(const RegisterInfo& info) {
    Json result{{"name", info.name},
                {"description", printable(info.description)},
                {"offset", info.offset},
                {"reset", info.reset},
                {"fields", Json::array()}};
    for (const FieldInfo& field : info.fields) result["fields"].push_back(to_json(field));
    return result;
}

}  // namespace

std::string export_json(RegisterTable table) {
    Json document{{"notice", generated_notice},
                  {"name", table.text().name},
                  {"description", printable(table.text().description)},
                  {"bytes", table.extent()},
                  {"registers", Json::array()}};
    for (const RegisterInfo& info : table) document["registers"].push_back(to_json(info));
    return document.dump(2) + '\n';
}

}  // namespace ghostcard::registers
