// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/expectations.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <limits>
#include <string>

#include "tests/support/catch.h"

using namespace ghostcard::scenarios;
using Json = nlohmann::ordered_json;

namespace {

const Json result = Json::parse(R"({
    "verdict": "passed",
    "frames": {"delivered": 30, "dropped": 0},
    "bus": {"utilisation": 0.25, "bytes": {"to_memory": 20736000}},
    "latency": {"max_ps": 2310000000},
    "translation": {"faults": [{"address": "0x1000"}, {"address": "0x2000"}]},
    "debt": -3, "huge": 18446744073709551615, "flag": true, "nothing": null
})");

Outcome outcome_of(const std::string& expectation) {
    const auto scenario = parse_scenario("[expect]\n" + expectation, "x.toml");
    const auto outcomes = check(scenario.expect, result);
    REQUIRE(outcomes.size() == 1);
    return outcomes[0];
}

bool met(const std::string& expectation) { return outcome_of(expectation).met; }

}  // namespace

TEST_CASE("a single value must be equal", "[expectations]") {
    CHECK(met("frames.delivered = 30"));
    CHECK(met("frames.delivered = 30.0"));
    CHECK_FALSE(met("frames.delivered = 29"));
    CHECK_FALSE(met("frames.delivered = \"30\""));
    CHECK(met("bus.utilisation = 0.25"));
    CHECK(met("verdict = \"passed\""));
    CHECK_FALSE(met("verdict = \"failed\""));
    CHECK(met("flag = true"));
    CHECK_FALSE(met("flag = false"));
    CHECK_FALSE(met("flag = 1"));
    CHECK(met("debt = -3"));
    CHECK_FALSE(met("nothing = 0"));
}

TEST_CASE("a range includes both of its ends", "[expectations]") {
    CHECK(met("frames.delivered = {min = 30, max = 30}"));
    CHECK_FALSE(met("frames.delivered = {min = 31}"));
    CHECK_FALSE(met("frames.delivered = {max = 29}"));
    CHECK(met("bus.utilisation = {min = 0.25, max = 1}"));
    CHECK_FALSE(met("bus.utilisation = {min = 0.2500001}"));
    CHECK(met("debt = {max = -3}"));
    CHECK_FALSE(met("verdict = {min = 0}"));
}

TEST_CASE("whole numbers of any size compare exactly", "[expectations]") {
    CHECK(met("huge = {min = 9223372036854775807}"));
    CHECK_FALSE(met("huge = {max = 9223372036854775807}"));
    CHECK(met("huge = {min = -1}"));
    CHECK_FALSE(met("huge = -1"));
}

TEST_CASE("times and sizes may be written with their unit", "[expectations]") {
    CHECK(met("latency.max_ps = \"2.31 ms\""));
    CHECK(met("latency.max_ps = 2310000000"));
    CHECK(met("latency.max_ps = {min = \"2 ms\", max = \"3 ms\"}"));
    CHECK(met("bus.bytes.to_memory = \"20736 kB\""));
    const Outcome outcome = outcome_of("latency.max_ps = {min = \"1 us\", max = \"2 ms\"}");
    CHECK_FALSE(outcome.met);
    CHECK(outcome.expected == "at least 1 us and at most 2 ms");
    CHECK(outcome.actual == "2310 us");
}

TEST_CASE("a list is reached by index and counted by count", "[expectations]") {
    CHECK(met("translation.faults.count = 2"));
    CHECK(met("translation.faults.1.address = \"0x2000\""));
    CHECK_FALSE(met("translation.faults.2.address = \"0x2000\""));
}

TEST_CASE("a path that the result does not have is not met and names the nearest", "[expectations]") {
    const auto actual = [](const std::string& expectation) {
        const Outcome outcome = outcome_of(expectation);
        CHECK_FALSE(outcome.met);
        return outcome.actual;
    };
    CHECK(actual("frames.deliverd = 30") ==
          "the result has no value 'frames.deliverd'; the nearest is 'frames.delivered'");
    CHECK(actual("delivered = {min = 1}") == "the result has no value 'delivered'; the nearest is 'frames.delivered'");
    CHECK(actual("frames = 30").starts_with("the result has no value 'frames'; the nearest is"));
    CHECK(actual("translation.faults = 2") ==
          "the result has no value 'translation.faults'; the nearest is 'translation.faults.count'");
    CHECK(actual("frames.delivered.count = 1").starts_with("the result has no value 'frames.delivered.count'"));
}

TEST_CASE("the document of outcomes has path, both texts and the verdict of each", "[expectations]") {
    const auto scenario = parse_scenario("[expect]\nframes.delivered = 29\nverdict = \"passed\"", "x.toml");
    CHECK(document_of(check(scenario.expect, result)).dump() ==
          R"([{"path":"frames.delivered","expected":"29","actual":"30","met":false},)"
          R"({"path":"verdict","expected":"\"passed\"","actual":"\"passed\"","met":true}])");
}
