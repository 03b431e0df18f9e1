// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/random.h>
#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace ghostcard;
using namespace ghostcard::scenarios;
namespace fs = std::filesystem;

namespace {

/// Any value that the key allows, its bounds more often than by chance.
KeyValue draw(const Key& key, Random& random) {
    switch (key.kind) {
        case Kind::text:
            return std::string(random.below(2) == 0 ? "say \"\\u00e9\" \\ 'now'" : "caf\xc3\xa9 \xf0\x9f\x98\x80 # x");
        case Kind::mode: return std::string(random.below(2) == 0 ? "640x360@30000/1001" : "1080i60");
        case Kind::source: return std::string(random.below(2) == 0 ? "ramp" : "noise");
        case Kind::choice: return std::string(key.choices[random.below(key.choices.size())]);
        default: break;
    }
    const auto& [min, max, multiple_of, power_of_two, or_zero] = key.limits;
    std::uint64_t count = random.below(4) == 0 ? min : random.below(4) == 0 ? max : min + random.below(max - min + 1);
    if (power_of_two)
        for (count = min; count < max && random.below(4) != 0;) count *= 2;
    return or_zero && random.below(4) == 0 ? 0 : count - count % multiple_of;
}

Scenario draw_scenario(Random& random) {
    for (;;) {
        Scenario scenario;
        for (const Key& key : keys())
            if (random.below(3) != 0) key.set(scenario, draw(key, random));
        if (!find_conflict(scenario)) return scenario;
    }
}

}  // namespace

TEST_CASE("the resolved scenario reads back to the same scenario", "[resolved]") {
    Random random(1, "scenarios");
    for (int i = 0; i < 300; ++i) {
        const Scenario scenario = draw_scenario(random);
        const std::string text = resolved_toml(scenario);
        INFO(text);
        const Scenario again = parse_scenario(text, "scenario.toml");
        CHECK(resolved_document(again) == resolved_document(scenario));
        CHECK(resolved_toml(again) == text);
    }
}

TEST_CASE("the resolved scenario names every key that has a value", "[resolved]") {
    const auto document = resolved_document({});
    for (const Key& key : keys()) {
        std::string path = "/" + std::string(key.name);
        std::replace(path.begin(), path.end(), '.', '/');
        INFO(path);
        CHECK(document.contains(nlohmann::ordered_json::json_pointer(path)) == key.get(Scenario{}).has_value());
    }
    CHECK(document["card"]["dma"]["burst"] == "256 B");
    CHECK(document["bus"]["width"] == 32);
}

TEST_CASE("the resolved scenario keeps its expectations", "[resolved]") {
    const std::string expect =
        "[expect]\n"
        "frames.delivered = 30\n"
        "latency.max_ps = {max = \"2 ms\"}\n"
        "bus.utilisation = {min = 0.1, max = 0.9}\n"
        "copy.bytes = {min = \"1 MiB\"}\n"
        "verdict = \"passed\"\n"
        "copy.done = true\n";
    CHECK(resolved_toml(parse_scenario(expect, "x.toml")).ends_with("\n\n" + expect));
}

TEST_CASE("the resolved scenario finds its source file from its own folder", "[resolved]") {
    const tests::TemporaryFolder folder;
    fs::create_directories(folder.path() / "clips");
    fs::create_directories(folder.path() / "out");
    std::ofstream(folder.path() / "clips" / "a.y4m") << "YUV4MPEG2";
    const fs::path start = fs::current_path();
    fs::current_path(folder.path());
    const Scenario scenario = parse_scenario("[video]\nsource = \"clips/a.y4m\"", "x.toml");
    const std::string text = resolved_toml(scenario, "out");
    CHECK(text.find("source = \"../clips/a.y4m\"") != std::string::npos);
    CHECK(parse_scenario(text, "out/scenario.toml").video.source == "clips/a.y4m");
    fs::current_path(start);
}
