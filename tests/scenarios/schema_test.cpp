// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/scenario_file.h>
#include <ghostcard/scenarios/schema.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "scenarios/toml_reader.h"
#include "tests/support/catch.h"

using namespace ghostcard::scenarios;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A TOML document of single values as JSON; names that are numbers are names all the same.
Json json_of(std::string_view toml) {
    Json document = Json::object();
    for (const TomlEntry& entry : read_toml(toml, "x.toml")) {
        Json* here = &document;
        std::istringstream names(entry.path);
        for (std::string name; std::getline(names, name, '.');) here = &(*here)[name];
        *here = std::visit([](const auto& value) { return Json(value); }, std::get<Scalar>(entry.value));
    }
    return document;
}

bool validates(const Json& document) {
    const Json text = json_schema();
    valijson::Schema schema;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
    valijson::Validator validator;
    return validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

bool file_validates(std::string_view toml) { return validates(json_of(toml)); }

}  // namespace

TEST_CASE("every shipped scenario and every default satisfies the schema", "[schema]") {
    for (const auto& entry : fs::recursive_directory_iterator(GHOSTCARD_SCENARIO_FOLDER)) {
        const bool is_sweep = entry.path().parent_path().filename() == "studies";
        if (entry.path().extension() != ".toml" || is_sweep) continue;
        INFO(entry.path());
        CHECK(file_validates(content_of(entry.path())));
    }
    CHECK(validates(Json(resolved_document({}))));
    CHECK(file_validates(resolved_toml({})));
}

TEST_CASE("the schema refuses what the reader refuses", "[schema]") {
    for (const char* wrong :
         {"[bus]\nwdth = 32", "[buss]\nwidth = 32", "[card]\ndma.brust = \"256 B\"", "[bus]\nwidth = 33",
          "[bus]\nwidth = \"32\"", "[bus]\nclock = 33000000", "[bus]\nclock = \"33\"", "[bus]\nclock = \"33 mhz\"",
          "[card]\nmemory = \"64 Kib\"", "[bus]\ndecode = \"quick\"", "[video]\nmode = \"480p\"",
          "[video]\nmode = \"480i59x94\"", "[video]\nsource = \"clip.mp4\"", "[video]\nframes = 0",
          "[host]\ndpc_latency = \"5 min\"", "bus = 3", "expect = 3"}) {
        INFO(wrong);
        CHECK_THROWS_AS(parse_scenario(wrong, "x.toml"), ghostcard::InputError);
        CHECK_FALSE(file_validates(wrong));
    }
}

TEST_CASE("the schema takes expectations of any path", "[schema]") {
    CHECK(file_validates("[expect]\na.b.c = 1\nd = {min = \"2 ms\", max = 3.5}\ne = \"text\"\nf = true"));
    CHECK_FALSE(validates(Json{{"expect", {{"a", Json::array({1, 2})}}}}));
}

TEST_CASE("docs/scenario-keys.md is current", "[schema]") {
    INFO("renew it with: ghostcard schema --format md > docs/scenario-keys.md");
    const bool is_current = content_of(GHOSTCARD_KEYS_PAGE) == keys_markdown();
    CHECK(is_current);
}
