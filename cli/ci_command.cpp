// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/baseline.h>
#include <ghostcard/scenarios/command_text.h>
#include <ghostcard/scenarios/junit.h>
#include <ghostcard/scenarios/run.h>
#include <ghostcard/scenarios/run_all.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "command.h"
#include "interruption.h"
#include "output.h"
#include "progress.h"
#include "shipped_scenarios.h"

namespace ghostcard::cli {
namespace {

namespace fs = std::filesystem;

struct Request {
    std::vector<std::string> scenarios;
    std::vector<std::string> sets;
    std::optional<std::string> junit, baseline;
    unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
    bool update = false, quiet = false;
};

/// All are read before any is run. Baselines go by a scenario's name, and so no two may have the same.
std::vector<scenarios::Scenario> read_all(const Request& request) {
    std::vector<scenarios::Scenario> all;
    std::map<std::string, fs::path> names;
    const auto read = [&](const fs::path& file, const fs::path& as_named) {
        scenarios::Scenario scenario = scenarios::read_scenario(file);
        scenario.file = as_named;
        scenarios::apply_sets(scenario, request.sets);
        const auto [other, is_new] = names.emplace(file.stem().string(), as_named);
        if (!is_new)
            throw InputError(fmt::format("{} and {} have the same name", other->second.string(), as_named.string()));
        all.push_back(std::move(scenario));
    };
    for (const std::string& each : request.scenarios) {
        std::error_code ignored;
        if (!fs::is_directory(each, ignored)) {
            read(find_scenario(each), each);
            continue;
        }
        for (const fs::path& file : scenarios_in(each)) read(file, file);
    }
    if (all.empty()) throw InputError("there are no scenarios");
    return all;
}

/// What became of one scenario, on a line, with what is to be said of it below.
std::string report(const scenarios::JUnitRun& run, const std::string& name) {
    std::string word = "passed";
    std::string details;
    const auto add = [&details](const std::string& line) { details += "         " + line + "\n"; };
    if (run.differences && !run.differences->empty()) {
        word = "differs";
        for (const std::string& each : *run.differences) add(each);
    }
    if (!run.error.empty()) {
        word = "error";
        add(run.error);
    } else if (run.document.value("verdict", "") != "passed") {
        word = "failed";
        for (const auto& each : run.document["expectations"])
            if (!each.value("met", false))
                add(fmt::format("{}: expected {}, got {}", each.value("path", ""), each.value("expected", ""),
                                each.value("actual", "")));
    }
    if (word != "passed") add(fmt::format("repeat with: {}", run.command));
    return fmt::format("{:<8} {}\n{}", word, name, details);
}

void update(const scenarios::Baseline& baseline, const std::vector<scenarios::JUnitRun>& runs,
            const std::vector<scenarios::Scenario>& all) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (!runs[i].error.empty()) continue;
        OutputFile file(baseline.file_for(all[i].file.stem().string()));
        file.write(scenarios::baseline_of(runs[i].document).dump(2) + "\n");
        file.commit();
    }
}

ExitStatus run(const Request& request) {
    const std::vector<scenarios::Scenario> all = read_all(request);
    std::optional<scenarios::Baseline> baseline;
    if (request.baseline) {
        std::error_code error;
        if (request.update) fs::create_directories(*request.baseline, error);
        baseline.emplace(*request.baseline);
    }
    std::optional<OutputFile> junit;
    if (request.junit) junit.emplace(*request.junit);

    const Interruption interruption;
    std::optional<Progress> progress(std::in_place, !request.quiet, "scenarios");
    std::vector<scenarios::JUnitRun> runs = scenarios::run_all(
        all, scenarios::run_scenario,
        {request.jobs, [&progress](std::uint64_t done, std::uint64_t total) { progress->show(done, total); },
         [&interruption] { return interruption.is_requested(); }});
    progress.reset();

    std::size_t errors = 0, failed = 0, differing = 0;
    std::string text;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        scenarios::JUnitRun& run = runs[i];
        run.command = scenarios::run_command(all[i].file.string(), request.sets);
        const std::string name = all[i].file.stem().string();
        if (baseline && !request.update && run.error.empty())
            run.differences = baseline->differences(name, run.document);
        const bool differs = run.differences && !run.differences->empty();
        if (!run.error.empty())
            ++errors;
        else if (run.document.value("verdict", "") != "passed")
            ++failed;
        else if (differs)
            ++differing;
        text += report(run, all[i].file.string());
    }
    if (baseline && request.update) update(*baseline, runs, all);
    if (junit) {
        junit->write(scenarios::junit(runs));
        junit->commit();
    }
    const std::size_t passed = runs.size() - errors - failed - differing;
    text += fmt::format("{} passed, {} failed", passed, failed);
    if (baseline && !request.update) text += fmt::format(", {} differ from the baseline", differing);
    if (errors != 0) text += fmt::format(", {} did not end", errors);
    if (!request.quiet) print(text + "\n");
    const auto is_ours = [](const scenarios::JUnitRun& each) { return !each.error.empty() && !each.is_bad_input; };
    if (std::any_of(runs.begin(), runs.end(), is_ours)) return ExitStatus::internal_error;
    if (errors != 0) return ExitStatus::bad_input;
    return failed + differing == 0 ? ExitStatus::met : ExitStatus::not_met;
}

}  // namespace

void add_ci_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("ci", "Run many scenarios, and compare them with a baseline");
    const auto request = std::make_shared<Request>();
    command->add_option("SCENARIO", request->scenarios, "Scenario files, names of shipped ones, or folders of them")
        ->required()
        ->type_name("FILE|DIR...");
    command->add_option("--set", request->sets, "Set a key in all of them; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    command->add_option("--junit", request->junit, "JUnit XML for a CI system")->type_name("FILE");
    CLI::Option* const baseline =
        command
            ->add_option("--baseline", request->baseline,
                         "Folder of earlier results to compare with: exactly, but for what its tolerances.toml allows")
            ->type_name("DIR");
    command->add_flag("--update", request->update, "Make the present results the baseline")->needs(baseline);
    command->add_option("--jobs", request->jobs, "Scenarios at a time (1 to 1024)")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    command->add_flag("-q,--quiet", request->quiet, "No table, no progress, only errors");
    command->footer(
        "Exit status: 0 all passed and none differs, 1 some do not, 2 bad usage or input, 3 internal error or "
        "crash.\n\n"
        "Examples:\n  ghostcard ci scenarios --junit junit.xml\n"
        "  ghostcard ci scenarios --baseline baseline --update   # once, and whenever a change is meant\n"
        "  ghostcard ci scenarios --baseline baseline            # on each commit");
    command->callback([&action, request] { action = [request](spdlog::logger&) { return run(*request); }; });
}

}  // namespace ghostcard::cli
