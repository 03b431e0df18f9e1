// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/base/units.h>
#include <ghostcard/scenarios/command_text.h>
#include <ghostcard/scenarios/junit.h>
#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/run.h>
#include <ghostcard/scenarios/scenario_file.h>
#include <ghostcard/scenarios/summary.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "command.h"
#include "interruption.h"
#include "output.h"
#include "progress.h"
#include "run_self.h"
#include "shipped_scenarios.h"

namespace ghostcard::cli {
namespace {

namespace fs = std::filesystem;

/// The command line of `run`.
struct Request {
    std::vector<std::string> scenarios;
    std::string scenario;  ///< Of them the one that is run.
    std::vector<std::string> sets;
    std::optional<std::string> out, json, junit, vcd, trace, pcap, capture, trace_from, trace_to;
    bool timing = false, quiet = false, verbose = false;
};

/// A folder for output that goes again, unless it is kept, if it was made here.
class OutputFolder {
public:
    explicit OutputFolder(fs::path path) : path_(std::move(path)) {
        std::error_code error;
        is_new_ = fs::create_directories(path_, error);
        if (error) throw InputError(fmt::format("cannot make folder '{}': {}", path_.string(), error.message()));
    }
    ~OutputFolder() {
        std::error_code ignored;
        if (is_new_) fs::remove(path_, ignored);
    }
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    const fs::path& path() const { return path_; }
    void keep() { is_new_ = false; }

private:
    fs::path path_;
    bool is_new_ = false;
};

/// Everything that a run leaves behind but the traces, which it writes itself. Opened before the run, so that a path
/// that cannot be written costs nobody's time; none of it gets its name unless all of it could be written.
class Outputs {
public:
    explicit Outputs(const Request& request) {
        if (request.out) {
            folder_.emplace(*request.out);
            scenario_.emplace(folder_->path() / "scenario.toml");
            result_.emplace(folder_->path() / "result.json");
            log_.emplace(folder_->path() / "run.log");
        }
        if (request.json && *request.json != "-") json_.emplace(*request.json);
        if (request.junit) junit_.emplace(*request.junit);
    }

    void write(const scenarios::Scenario& scenario, const scenarios::JUnitRun& run, std::string_view log) {
        const std::string document = run.document.dump(2) + "\n";
        if (folder_) {
            scenario_->write(scenarios::resolved_toml(scenario, folder_->path()));
            result_->write(document);
            log_->write(log);
        }
        if (json_) json_->write(document);
        if (junit_) junit_->write(scenarios::junit({&run, 1}));
        for (auto* const file : {&scenario_, &result_, &log_, &json_, &junit_})
            if (*file) (*file)->commit();
        if (folder_) folder_->keep();
    }

private:
    std::optional<OutputFolder> folder_;  // goes last
    std::optional<OutputFile> scenario_, result_, log_, json_, junit_;
};

scenarios::Scenario read(const Request& request) {
    scenarios::Scenario scenario = scenarios::read_scenario(find_scenario(request.scenario));
    scenario.file = request.scenario;
    scenarios::apply_sets(scenario, request.sets);
    return scenario;
}

std::optional<Duration> parse_time(const char* option, const std::optional<std::string>& text) {
    try {
        return text ? std::optional(parse_duration(*text)) : std::nullopt;
    } catch (const InputError& error) {
        throw InputError(fmt::format("{}: {}", option, error.what()));
    }
}

scenarios::RunOptions options_of(const Request& request) {
    scenarios::RunOptions options;
    options.capture = request.capture;
    options.vcd = request.vcd;
    options.trace = request.trace;
    options.pcap = request.pcap;
    if ((request.trace_from || request.trace_to) && !request.vcd && !request.trace && !request.pcap)
        throw InputError(
            fmt::format("{} wants --trace, --vcd or --pcap", request.trace_from ? "--trace-from" : "--trace-to"));
    options.trace_from = parse_time("--trace-from", request.trace_from);
    options.trace_to = parse_time("--trace-to", request.trace_to);
    if (options.trace_from && options.trace_to && *options.trace_from >= *options.trace_to)
        throw InputError(
            fmt::format("--trace-from {} is not before --trace-to {}", *request.trace_from, *request.trace_to));
    return options;
}

/// The same for every way to write a path; of links, what they point to.
fs::path identity(const fs::path& path) {
    std::error_code error;
    fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
    return error ? path.lexically_normal() : whole;
}

/// No output may take the place of another one, or of what the run reads.
void check_outputs(const Request& request, const scenarios::Scenario& scenario) {
    std::map<fs::path, const char*> taken{{identity(find_scenario(request.scenario)), "SCENARIO"}};
    if (!scenarios::is_generated(scenario.video.source)) taken[identity(scenario.video.source)] = "video.source";
    for (const auto& [file, option] : {std::pair(&request.json, "--json"), std::pair(&request.junit, "--junit"),
                                       std::pair(&request.vcd, "--vcd"), std::pair(&request.trace, "--trace"),
                                       std::pair(&request.pcap, "--pcap"), std::pair(&request.capture, "--capture")}) {
        if (!*file) continue;
        if (*file == "-" && file == &request.json) continue;
        if (*file == "-") throw InputError(fmt::format("{} -: only --json can go to standard output", option));
        std::error_code ignored;
        if (fs::is_other(**file, ignored)) continue;  // a device or pipe takes it all
        const auto [other, is_new] = taken.emplace(identity(**file), option);
        if (!is_new) throw InputError(fmt::format("{} and {} both name '{}'", other->second, option, **file));
    }
}

/// One unit for all, so that the eye can run down a log.
std::string in_microseconds(Duration time) {
    return fmt::format("{}.{:03} us", time / microseconds(1), time % microseconds(1) / nanoseconds(1));
}

ExitStatus run(const Request& request, spdlog::logger& console) {
    std::ostringstream log_text;  // for --out, whatever is shown
    const auto shown = console.sinks().front();
    shown->set_level(request.quiet ? spdlog::level::err : request.verbose ? spdlog::level::info : spdlog::level::warn);
    spdlog::logger log("run", {shown, std::make_shared<spdlog::sinks::ostream_sink_st>(log_text)});
    log.set_pattern("%v");

    const scenarios::Scenario scenario = read(request);
    const Interruption interruption;
    scenarios::RunOptions options = options_of(request);
    options.is_cancelled = [&interruption] { return interruption.is_requested(); };
    check_outputs(request, scenario);
    Outputs outputs(request);
    std::optional<Progress> progress(std::in_place, !request.quiet, "frames");
    options.progress = [&progress](std::uint64_t done, std::uint64_t total) { progress->show(done, total); };

    log.info("running {} with seed {}", scenario.file.string(), scenario.seed);
    scenarios::RunResult result = scenarios::run_scenario(scenario, options);
    progress.reset();
    for (const auto& [time, text] : result.driver_log) log.info("{:>18}  {}", in_microseconds(time), text);
    log.info("{}", result.met ? "passed" : "failed");

    const Duration simulated{result.document.value("simulated_ps", std::int64_t{0})};
    if (options.trace_from && *options.trace_from > simulated)
        for (const auto& [file, option] : {std::pair(&request.vcd, "--vcd"), std::pair(&request.trace, "--trace"),
                                           std::pair(&request.pcap, "--pcap")})
            if (*file)
                log.warn("{} {} holds nothing: the run ended at {}, before --trace-from {}", option, **file,
                         in_microseconds(simulated), *request.trace_from);

    if (request.timing) result.document["host"] = {{"wall_seconds", result.wall_time.count()}};
    outputs.write(scenario, {result.document, scenarios::run_command(request.scenario, request.sets), result.wall_time},
                  log_text.str());
    if (request.json == "-") {
        print(result.document.dump(2) + "\n");
    } else if (!request.quiet) {
        print(scenarios::summary(result.document));
    }
    return result.met ? ExitStatus::met : ExitStatus::not_met;
}

ExitStatus run_all(Request request, spdlog::logger& console) {
    request.scenario = request.scenarios.front();
    if (request.scenarios.size() == 1) return run(request, console);
    for (const auto& [option, value] :
         {std::pair("--out", &request.out), std::pair("--json", &request.json), std::pair("--junit", &request.junit),
          std::pair("--vcd", &request.vcd), std::pair("--trace", &request.trace),
          std::pair("--trace-from", &request.trace_from), std::pair("--trace-to", &request.trace_to),
          std::pair("--capture", &request.capture)})
        if (*value)
            throw InputError(
                fmt::format("{} takes what one scenario gives, and {} are named", option, request.scenarios.size()));
    // A simulation can be elaborated once in a process.
    ExitStatus worst = ExitStatus::met;
    for (const std::string& scenario : request.scenarios) {
        std::vector<std::string> words{"run", scenario};
        for (const std::string& set : request.sets) words.insert(words.end(), {"--set", set});
        if (request.quiet) words.push_back("--quiet");
        if (request.verbose) words.push_back("--verbose");
        worst = std::max(worst, run_self(words));
    }
    return worst;
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("run", "Run scenarios and check what they expect");
    const auto request = std::make_shared<Request>();
    command->add_option("SCENARIO", request->scenarios, "Scenario files, or names of shipped ones; results of one only")
        ->required()
        ->type_name("FILE");
    command->add_option("--set", request->sets, "Set a key for this run; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    command->add_option("--out", request->out, "Folder for scenario.toml (resolved), result.json and run.log")
        ->type_name("DIR");
    command->add_option("--json", request->json, "Result document; - for standard output in place of the summary")
        ->type_name("FILE");
    command->add_option("--junit", request->junit, "JUnit XML for a CI system")->type_name("FILE");
    command->add_option("--trace", request->trace, "Perfetto trace of frames, memory, bus, interrupts and driver")
        ->type_name("FILE");
    command
        ->add_option(
            "--vcd", request->vcd,
            "Waveform of the bus: its wires (gigabytes for a second, hence the window), its transactions under "
            "bus.timing 'analytic', or the TLPs of a link")
        ->type_name("FILE");
    command->add_option("--pcap", request->pcap, "The TLPs of a PCI Express link, for Wireshark")->type_name("FILE");
    command->add_option("--trace-from", request->trace_from, "Begin of --trace, --vcd and --pcap, as in '10 ms'")
        ->type_name("TIME");
    command->add_option("--trace-to", request->trace_to, "End of --trace, --vcd and --pcap")->type_name("TIME");
    command->add_option("--capture", request->capture, "Y4M file of what the consumer received")->type_name("FILE");
    command->add_flag("--timing", request->timing, "Add wall-clock figures to the result");
    CLI::Option* const quiet = command->add_flag("-q,--quiet", request->quiet, "No summary, no progress, only errors");
    command->add_flag("-v,--verbose", request->verbose, "Tell on standard error what the driver does")->excludes(quiet);
    command->footer(
        "Exit status: 0 all expectations met, 1 not met, 2 bad usage or input, 3 internal error.\n\n"
        "Examples:\n  ghostcard run sd_480i.toml\n  ghostcard run scenarios/discussion/*.toml --quiet\n"
        "  ghostcard run hd_720p60.toml --set bus.clock='25 MHz' --set video.frames=3\n"
        "  ghostcard run sd_480i.toml --trace run.perfetto-trace  # for ui.perfetto.dev\n"
        "  ghostcard run sd_480i.toml --vcd bus.vcd --trace-from '1 ms' --trace-to '1.1 ms'");
    command->callback(
        [&action, request] { action = [request](spdlog::logger& log) { return run_all(*request, log); }; });
}

}  // namespace ghostcard::cli
