// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/junit.h>
#include <ghostcard/scenarios/summary.h>

#include <filesystem>
#include <pugixml.hpp>
#include <sstream>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;

/// XML 1.0 has no place for control characters, and pugixml would write references that no reader accepts.
std::string clean(std::string_view text) {
    std::string kept;
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t') kept += c;
    return kept;
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
    node.append_attribute(name).set_value(clean(value).c_str());
}

void add_property(pugi::xml_node properties, const char* name, const std::string& value) {
    const pugi::xml_node property = properties.append_child("property");
    set(property, "name", name);
    set(property, "value", value);
}

std::string seconds(double wall) { return fmt::format("{:.6f}", wall); }

/// One run as a suite.
class Suite {
public:
    Suite(pugi::xml_node suites, const JUnitRun& run) : run_(run), node_(suites.append_child("testsuite")) {
        const Json scenario = run.document.value("scenario", Json::object());
        file_ = scenario.value("file", "");
        seed_ = scenario.value("seed", Json()).dump();
        name_ = std::filesystem::path(file_).stem().string();
        if (name_.empty()) name_ = "scenario";
    }

    void write() {
        const Json expectations = run_.document.value("expectations", Json::array());
        const pugi::xml_node properties = node_.append_child("properties");
        add_property(properties, "random_seed", seed_);
        add_property(properties, "command", run_.command);

        pugi::xml_node whole = add_case("run", seconds(run_.wall_time.count()));
        for (const Json& each : expectations) add_expectation(each);
        if (failures_ == 0 && run_.document.value("verdict", "") != "passed") fail(whole, "the run failed");
        whole.append_child("system-out").text().set(clean(summary(run_.document)).c_str());

        set(node_, "name", name_);
        set(node_, "tests", std::to_string(1 + expectations.size()));
        set(node_, "failures", std::to_string(failures_));
        set(node_, "errors", "0");
        set(node_, "skipped", "0");
        set(node_, "time", seconds(run_.wall_time.count()));
    }

    std::size_t tests() const { return 1 + run_.document.value("expectations", Json::array()).size(); }
    std::size_t failures() const { return failures_; }

private:
    pugi::xml_node add_case(const std::string& name, const std::string& time) {
        const pugi::xml_node node = node_.append_child("testcase");
        set(node, "classname", name_);
        set(node, "name", name);
        set(node, "file", file_);
        set(node, "time", time);
        return node;
    }

    void add_expectation(const Json& each) {
        const pugi::xml_node node = add_case(each.value("path", ""), seconds(0));
        if (!each.value("met", false))
            fail(node, fmt::format("expected {}, got {}", each.value("expected", ""), each.value("actual", "")));
    }

    void fail(pugi::xml_node node, const std::string& why) {
        pugi::xml_node failure = node.append_child("failure");
        set(failure, "message", fmt::format("{}; seed {}; repeat with: {}", why, seed_, run_.command));
        failure.text().set(clean(fmt::format("{}\nseed {}\nrepeat with: {}\n", why, seed_, run_.command)).c_str());
        ++failures_;
    }

    const JUnitRun& run_;
    pugi::xml_node node_;
    std::string file_, seed_, name_;
    std::size_t failures_ = 0;
};

}  // namespace

std::string junit(std::span<const JUnitRun> runs) {
    pugi::xml_document document;
    pugi::xml_node suites = document.append_child("testsuites");
    std::size_t tests = 0, failures = 0;
    double time = 0;
    for (const JUnitRun& run : runs) {
        Suite suite(suites, run);
        suite.write();
        tests += suite.tests();
        failures += suite.failures();
        time += run.wall_time.count();
    }
    set(suites, "name", "ghostcard");
    set(suites, "tests", std::to_string(tests));
    set(suites, "failures", std::to_string(failures));
    set(suites, "errors", "0");
    set(suites, "time", seconds(time));
    std::ostringstream text;
    document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
    return text.str();
}

}  // namespace ghostcard::scenarios
