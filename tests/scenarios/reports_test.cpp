// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/junit.h>
#include <ghostcard/scenarios/summary.h>

#include <algorithm>
#include <pugixml.hpp>
#include <string>

#include "tests/support/catch.h"

using namespace ghostcard::scenarios;
using Json = nlohmann::ordered_json;

namespace {

const Json failed_run = Json::parse(R"({
    "schema_version": 1,
    "scenario": {"title": "A <title> & more", "file": "dir/sd.toml", "seed": 7, "keys": {}},
    "verdict": "failed",
    "expectations": [
        {"path": "frames.delivered", "expected": "30", "actual": "29", "met": false},
        {"path": "frames.corrupt", "expected": "0", "actual": "0", "met": true}],
    "frames": {"produced": 30, "delivered": 29, "dropped": 1, "corrupt": 0, "starved": 0},
    "bus": {"kind": "pci", "clock_period_ps": 30000, "width": 32, "utilisation": 0.1634,
            "transactions": {"total": 9, "master_aborts": 2, "target_aborts": 0},
            "burst": {"count": 81000, "bytes_p50": 256, "clocks_p50": 67, "clocks_max": 71}},
    "dma": {"operations": 31, "errors": 1, "errors_by_code": {"OVERRUN": 1}},
    "copy": {"bytes": 20736000, "simulated_ps": 2592000000, "cpu_fraction": 0.0026},
    "latency": {"p50_ps": 98100000, "p99_ps": 99500000, "max_ps": 1250000000},
    "translation": {"kind": "iommu", "fault_count": 3, "faults": [{"address": "0x1000"}]},
    "driver": {"status": "ok", "events": [{"time_ps": 12300000, "text": "frame lost\u001b[31m\u0001"}]},
    "simulated_ps": 1001001000000
})");

pugi::xml_document xml_of(const Json& document) {
    const JUnitRun run{document, "ghostcard run dir/sd.toml --set 'bus.clock=33 MHz'",
                       std::chrono::duration<double>(1.5)};
    pugi::xml_document xml;
    REQUIRE(xml.load_string(junit({&run, 1}).c_str()));
    return xml;
}

}  // namespace

TEST_CASE("the summary tells what a person wants to know first", "[reports]") {
    CHECK(summary(failed_run) ==
          "FAILED  dir/sd.toml: A <title> & more\n"
          "  frames     30 produced, 29 delivered, 1 dropped, 0 corrupt, 0 starved\n"
          "  bus        32 bit at 33.33 MHz; 16.3 % busy; 81000 bursts, 256 B in 67 clocks (p50; at most 71); 2 master "
          "aborts\n"
          "  latency    98.1 us (p50), 99.5 us (p99), 1.25 ms (max) from the last pixel to delivery\n"
          "  copy       20.7 MB in 2.59 ms, 0.26 % of the CPU\n"
          "  dma errors 1 OVERRUN\n"
          "  faults     3 of address translation, the first at 0x1000\n"
          "  driver     ok\n"
          "              12.3 us  frame lost\x1b[31m\x01\n"
          "  not met    frames.delivered: expected 30, got 29\n"
          "  simulated  1 s\n");
}

TEST_CASE("the summary leaves out what the result does not have", "[reports]") {
    CHECK(summary(Json{{"verdict", "passed"},
                       {"scenario", {{"file", "x.toml"}}},
                       {"latency", Json::object()},
                       {"frames", {{"produced", 0}}}}) ==
          "PASSED  x.toml\n"
          "  frames     0 produced\n");
    CHECK(summary(Json::object()).starts_with("FAILED"));
}

TEST_CASE("the summary tells how a long story of the driver begins and ends", "[reports]") {
    Json document{{"driver", {{"status", "ok"}, {"events", Json::array()}}}};
    const auto lines = [&](int events) {
        document["driver"]["events"] = Json::array();
        for (int i = 1; i <= events; ++i)
            document["driver"]["events"].push_back({{"time_ps", 1}, {"text", "event " + std::to_string(i)}});
        const std::string text = summary(document);
        return std::count(text.begin(), text.end(), '\n');
    };
    CHECK(lines(12) == 2 + 12);
    CHECK(summary(document).find("more") == std::string::npos);
    CHECK(lines(15) == 2 + 13);
    CHECK(summary(document).find("event 6\n                  ...  3 more\n                 1 ps  event 10\n") !=
          std::string::npos);
}

TEST_CASE("the summary tells of each finding what, where, why and what to do, and of a stop", "[reports]") {
    const std::string text = summary(Json::parse(R"({
        "verifier": [{"code": "SIM-4", "name": "physical address", "what": "the device was given", "times": 3,
                      "time_ps": 4000000, "call": "driver.cpp:7", "bus": "0x2000", "why": "elsewhere", "remedy": "use"}],
        "bug_check": {"line": "*** STOP", "why": "no PDO"}})"));
    CHECK(text.find("  verifier   SIM-4 physical address, 3 times\n"
                    "             what  the device was given\n"
                    "             where at 4 us, call driver.cpp:7, bus 0x2000\n"
                    "             why   elsewhere\n"
                    "             do    use\n"
                    "  stopped    *** STOP\n"
                    "             no PDO\n") != std::string::npos);
}

TEST_CASE("the summary tells of the wall clock only when it was asked for", "[reports]") {
    Json document = failed_run;
    document["host"] = {{"wall_seconds", 0.75}};
    CHECK(summary(document).ends_with("  simulated  1 s in 0.75 s\n"));
}

TEST_CASE("JUnit has a suite for the run and a case for each expectation", "[reports]") {
    const auto xml = xml_of(failed_run);
    const auto suite = xml.child("testsuites").child("testsuite");
    CHECK(suite.attribute("name").as_string() == std::string("sd"));
    CHECK(suite.attribute("tests").as_int() == 3);
    CHECK(suite.attribute("failures").as_int() == 1);
    CHECK(xml.child("testsuites").attribute("tests").as_int() == 3);
    CHECK(xml.child("testsuites").attribute("failures").as_int() == 1);
    std::string names;
    for (const auto& test : suite.children("testcase")) names += test.attribute("name").as_string() + std::string(";");
    CHECK(names == "run;frames.delivered;frames.corrupt;");
    CHECK(suite.find_child_by_attribute("testcase", "name", "frames.corrupt").child("failure").empty());
}

TEST_CASE("a JUnit failure names what was expected, the seed and the command that repeats it", "[reports]") {
    const auto xml = xml_of(failed_run);
    const auto suite = xml.child("testsuites").child("testsuite");
    const auto failure = suite.find_child_by_attribute("testcase", "name", "frames.delivered").child("failure");
    CHECK(failure.attribute("message").as_string() ==
          std::string("expected 30, got 29; seed 7; repeat with: ghostcard run dir/sd.toml --set 'bus.clock=33 MHz'"));
    const auto property = [&](const char* name) {
        return std::string(
            suite.child("properties").find_child_by_attribute("property", "name", name).attribute("value").as_string());
    };
    CHECK(property("random_seed") == "7");
    CHECK(property("command") == "ghostcard run dir/sd.toml --set 'bus.clock=33 MHz'");
}

TEST_CASE("a run that failed without an unmet expectation fails as a case of its own", "[reports]") {
    Json document = failed_run;
    document["expectations"] = Json::array();
    const auto xml = xml_of(document);
    const auto suite = xml.child("testsuites").child("testsuite");
    CHECK(suite.attribute("tests").as_int() == 1);
    CHECK(std::string(suite.child("testcase").child("failure").attribute("message").as_string())
              .starts_with("the run failed;"));
}

TEST_CASE("JUnit has no control characters, which XML readers reject", "[reports]") {
    const JUnitRun run{failed_run, "ghostcard run \x1b", {}};
    const std::string text = junit({&run, 1});
    CHECK(text.find("frame lost[31m\n") != std::string::npos);
    CHECK(text.find("&#") == std::string::npos);
    CHECK(std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' ' && c != '\n' && c != '\t'; }));
}
