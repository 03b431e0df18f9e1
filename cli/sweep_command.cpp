// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fnmatch.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/run.h>
#include <ghostcard/scenarios/sweep/export.h>
#include <ghostcard/scenarios/sweep/run_sweep.h>
#include <ghostcard/scenarios/sweep/threshold.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "command.h"
#include "interruption.h"
#include "output.h"
#include "progress.h"
#include "shipped_scenarios.h"
#include "sweep_folder.h"

namespace ghostcard::cli {
namespace {

namespace fs = std::filesystem;
namespace sweep = scenarios::sweep;

struct Request {
    std::string sweep;
    std::optional<std::string> out, filter, threshold, along, json;
    ExportRequest exports;
    std::string shard = "1/1";
    unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
    std::uint64_t max_points = 100'000;
    bool resume = false, list = false, quiet = false;
};

/// Part `index` of `count`, from 1.
struct Shard {
    unsigned index = 1, count = 1;
};

Shard parse_shard(const std::string& text) {
    Shard shard;
    const char* const end = text.data() + text.size();
    const auto [slash, error] = std::from_chars(text.data(), end, shard.index);
    const auto [rest, other] = slash == end ? std::from_chars_result{end, std::errc::invalid_argument}
                                            : std::from_chars(slash + 1, end, shard.count);
    const bool is_read = error == std::errc() && *slash == '/' && other == std::errc() && rest == end;
    if (!is_read || shard.index < 1 || shard.index > shard.count)
        throw InputError(fmt::format("--shard '{}' is not I/N with I from 1 to N", text));
    return shard;
}

std::vector<sweep::Point> chosen_points(const Request& request, const sweep::Sweep& plan,
                                        std::vector<sweep::Point> points) {
    const Shard shard = parse_shard(request.shard);
    std::erase_if(points, [&](const sweep::Point& point) {
        if (point.number % shard.count != shard.index - 1) return true;
        return request.filter && fnmatch(request.filter->c_str(), sweep::name_of(plan, point).c_str(), 0) != 0;
    });
    if (points.empty() && request.filter)
        throw InputError(fmt::format("--filter '{}' leaves no point; see --list", *request.filter));
    return points;
}

/// What there is to say of a sweep that is over.
ExitStatus summarize(const sweep::ResultStore& store, const fs::path& file, bool quiet) {
    std::map<std::string, std::uint64_t> endings;
    std::string first_reason;
    store.for_each([&](const std::vector<nlohmann::json>& values) {
        const auto ending = values[1].get<std::string>();
        ++endings[ending];
        if (ending != "done" && first_reason.empty())
            first_reason = fmt::format("point {}: {}", values[0].get<std::uint64_t>(), values[2].get<std::string>());
    });
    std::uint64_t all = 0;
    std::string text;
    for (const auto& [ending, count] : endings) {
        all += count;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, ending);
    }
    if (!quiet) {
        print(fmt::format("{} of {} points: {}\n", all, store.about("points"), text));
        if (!first_reason.empty()) print(fmt::format("{}\n", first_reason));
        print(fmt::format("{}\n", file.string()));
    }
    return endings.contains("failed") || endings.contains("crashed") || endings.contains("timed_out")
               ? ExitStatus::not_met
               : ExitStatus::met;
}

/// What --threshold and --along ask for.
struct ThresholdRequest {
    sweep::Condition condition;
    const scenarios::Key& along;
};

ThresholdRequest parse_threshold(const Request& request, const sweep::Sweep& plan) {
    const auto* const along = scenarios::find_key(*request.along);
    if (along == nullptr || !plan.crosses(*along))
        throw InputError(
            fmt::format("--along '{}' is not one of the crossed axes of {}", *request.along, plan.file.string()));
    return {sweep::parse_condition(*request.threshold), *along};
}

void find_thresholds(const Request& request, const sweep::Sweep& plan, const std::vector<sweep::Point>& points,
                     const ThresholdRequest& asked, sweep::ResultStore& store, const scenarios::ManyOptions& options,
                     std::optional<Progress>& progress) {
    const auto& [condition, along] = asked;
    std::optional<OutputFile> json;
    if (request.json && *request.json != "-") json.emplace(*request.json);
    const auto thresholds =
        sweep::find_thresholds(plan, points, condition, along, store, scenarios::run_scenario, options);
    progress.reset();
    nlohmann::ordered_json document{{"condition", condition.text}, {"thresholds", nlohmann::ordered_json::array()}};
    for (const sweep::Threshold& each : thresholds) document["thresholds"].push_back(sweep::document_of(each, along));
    if (json) {
        json->write(document.dump(2) + "\n");
        json->commit();
    }
    if (request.json == "-")
        print(document.dump(2) + "\n");
    else if (!request.quiet)
        for (const sweep::Threshold& each : thresholds) print(sweep::sentence(each, condition, along) + "\n");
}

ExitStatus run(const Request& request) {
    const sweep::Sweep plan = sweep::read_sweep(find_study(request.sweep));
    const std::vector<sweep::Point> all = sweep::points_of(plan, request.max_points);
    const std::vector<sweep::Point> points = chosen_points(request, plan, all);
    if (request.list) {
        std::string text;
        for (const sweep::Point& point : points)
            text += fmt::format("{}  {}\n", point.number, sweep::name_of(plan, point));
        print(text);
        return ExitStatus::met;
    }

    const std::optional<ThresholdRequest> threshold =
        request.threshold ? std::optional(parse_threshold(request, plan)) : std::nullopt;
    const Shard shard = parse_shard(request.shard);
    const fs::path folder = request.out.value_or(plan.file.stem().string());
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw InputError(fmt::format("cannot make folder '{}': {}", folder.string(), error.message()));
    const fs::path file = database_of(folder, shard.index, shard.count);
    const bool goes_on = request.resume && fs::exists(file, error);
    sweep::ResultStore store = goes_on ? sweep::ResultStore::resume(file, plan, all.size())
                                       : sweep::ResultStore::create(file, plan, all.size());

    const Interruption interruption;
    std::optional<Progress> progress(std::in_place, !request.quiet, "points");
    const scenarios::ManyOptions options{
        request.jobs, [&progress](std::uint64_t done, std::uint64_t total) { progress->show(done, total); },
        [&interruption] { return interruption.is_requested(); }};
    if (threshold)
        find_thresholds(request, plan, points, *threshold, store, options, progress);
    else
        sweep::run_points(plan, points, store, scenarios::run_scenario, options);
    progress.reset();
    request.exports.write(store);
    return threshold ? ExitStatus::met : summarize(store, file, request.quiet);
}

}  // namespace

void add_sweep_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("sweep", "Run a scenario for many values of its keys");
    const auto request = std::make_shared<Request>();
    command->add_option("SWEEP", request->sweep, "Sweep file, or the name of a shipped study")
        ->required()
        ->type_name("FILE");
    command->add_option("--out", request->out, "Folder for the results; by default the sweep file's name")
        ->type_name("DIR");
    command->add_option("--jobs", request->jobs, "Points at a time, each in a process of its own (1 to 1024)")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    command->add_flag("--resume", request->resume, "Go on with the results in the folder: run what is missing");
    command->add_option("--filter", request->filter, "Only points whose name matches, as '*card.dma.burst=64 B*'")
        ->type_name("GLOB");
    command->add_option("--shard", request->shard, "Only part I of N, for several machines; see merge")
        ->type_name("I/N");
    command->add_option("--max-points", request->max_points, "Refuse sweeps with more points")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
    command->add_flag("--list", request->list, "Print the points and run none");
    CLI::Option* const along =
        command->add_option("--along", request->along, "The axis along which a threshold is looked for")
            ->type_name("KEY");
    command
        ->add_option("--threshold", request->threshold,
                     "Find by bisection where this begins to hold, as 'frames.dropped == 0'")
        ->type_name("'METRIC OP VALUE'")
        ->needs(along);
    along->needs(command->get_option("--threshold"));
    command->add_option("--json", request->json, "The thresholds as JSON; - for standard output")
        ->type_name("FILE")
        ->needs(along);
    request->exports.add_options(*command);
    command->add_flag("-q,--quiet", request->quiet, "No summary, no progress, only errors");
    command->footer(
        "Results go to DIR/points.sqlite as points end. Exit status: 0 all points ran, 1 some failed, crashed or took "
        "too "
        "long,\n2 bad usage or input, 3 internal error.\n\n"
        "Examples:\n  ghostcard sweep alignment_and_burst.toml --list\n"
        "  ghostcard sweep fifo_and_latency.toml --out fifo --csv fifo.csv\n"
        "  ghostcard sweep fifo_and_latency.toml --threshold 'frames.dropped == 0' --along card.memory\n"
        "  ghostcard sweep fifo_and_latency.toml --out fifo --shard 1/4 && ghostcard merge fifo");
    command->callback([&action, request] { action = [request](spdlog::logger&) { return run(*request); }; });
}

}  // namespace ghostcard::cli
