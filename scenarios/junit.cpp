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
        if (!run_.error.empty()) {
            complain(whole, "error", run_.error);
        } else {
            if (failures_ == 0 && run_.document.value("verdict", "") != "passed") fail(whole, "the run failed");
            whole.append_child("system-out").text().set(clean(summary(run_.document)).c_str());
        }
        if (run_.differences) add_comparison(*run_.differences);

        set(node_, "name", name_);
        set(node_, "tests", std::to_string(tests_));
        set(node_, "failures", std::to_string(failures_));
        set(node_, "errors", std::to_string(errors()));
        set(node_, "skipped", "0");
        set(node_, "time", seconds(run_.wall_time.count()));
    }

    std::size_t tests() const { return tests_; }
    std::size_t failures() const { return failures_; }
    std::size_t errors() const { return run_.error.empty() ? 0 : 1; }

private:
    pugi::xml_node add_case(const std::string& name, const std::string& time) {
        const pugi::xml_node node = node_.append_child("testcase");
        ++tests_;
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

    void add_comparison(const std::vector<std::string>& differences) {
        const pugi::xml_node node = add_case("baseline", seconds(0));
        if (!differences.empty())
            fail(node, fmt::format("the result differs from the baseline: {}", fmt::join(differences, "; ")));
    }

    void fail(pugi::xml_node node, const std::string& why) {
        complain(node, "failure", why);
        ++failures_;
    }

    void complain(pugi::xml_node node, const char* kind, const std::string& why) {
        pugi::xml_node complaint = node.append_child(kind);
        set(complaint, "message", fmt::format("{}; seed {}; repeat with: {}", why, seed_, run_.command));
        complaint.text().set(clean(fmt::format("{}\nseed {}\nrepeat with: {}\n", why, seed_, run_.command)).c_str());
    }

    const JUnitRun& run_;
    pugi::xml_node node_;
    std::string file_, seed_, name_;
    std::size_t tests_ = 0, failures_ = 0;
};

}  // namespace

std::string junit(std::span<const JUnitRun> runs) {
    pugi::xml_document document;
    pugi::xml_node suites = document.append_child("testsuites");
    std::size_t tests = 0, failures = 0, errors = 0;
    double time = 0;
    for (const JUnitRun& run : runs) {
        Suite suite(suites, run);
        suite.write();
        tests += suite.tests();
        failures += suite.failures();
        errors += suite.errors();
        time += run.wall_time.count();
    }
    set(suites, "name", "ghostcard");
    set(suites, "tests", std::to_string(tests));
    set(suites, "failures", std::to_string(failures));
    set(suites, "errors", std::to_string(errors));
    set(suites, "time", seconds(time));
    std::ostringstream text;
    document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
    return text.str();
}

}  // namespace ghostcard::scenarios
