// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/attach.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "interruption.h"
#include "output.h"
#include "progress.h"
#include "shipped_scenarios.h"

namespace ghostcard::cli {
namespace {

struct Request {
    std::string socket;
    std::optional<std::string> scenario, json, capture;
    std::vector<std::string> sets;
    bool by_messages = false, quiet = false, verbose = false;
};

ExitStatus attach(const Request& request, spdlog::logger& log) {
    scenarios::Scenario scenario;
    if (request.scenario) scenario = scenarios::read_scenario(find_scenario(*request.scenario));
    scenarios::apply_sets(scenario, request.sets);
    std::optional<OutputFile> json;
    if (request.json && *request.json != "-") json.emplace(*request.json);

    const Interruption interruption;
    scenarios::AttachOptions options{.socket = request.socket,
                                     .capture = request.capture,
                                     .share_memory = !request.by_messages,
                                     .progress = {},
                                     .is_cancelled = [&interruption] { return interruption.is_requested(); }};
    std::optional<Progress> progress(std::in_place, !request.quiet, "frames");
    options.progress = [&progress](std::uint64_t done, std::uint64_t total) { progress->show(done, total); };
    const scenarios::AttachResult result = scenarios::attach(scenario, options);
    progress.reset();
    log.set_level(request.verbose ? spdlog::level::info : spdlog::level::warn);
    for (const auto& [time, text] : result.driver_log) log.info("{}", text);

    const std::string document = result.document.dump(2) + "\n";
    if (json) {
        json->write(document);
        json->commit();
    }
    const auto& frames = result.document["frames"];
    if (request.json == "-")
        print(document);
    else if (!request.quiet)
        print(fmt::format("{} of {} frames, {} discontinuities, driver {}\n", frames["delivered"].dump(),
                          frames["wanted"].dump(), frames["discontinuities"].dump(),
                          result.document["driver"]["status"].get<std::string>()));
    return result.complete ? ExitStatus::met : ExitStatus::not_met;
}

}  // namespace

void add_attach_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("attach", "Run the capture driver against a card on a socket");
    const auto request = std::make_shared<Request>();
    command->add_option("SCENARIO", request->scenario, "Whose driver, consumer and memory; the card is the server's")
        ->type_name("FILE");
    command->add_option("--socket", request->socket, "Of 'ghostcard serve' or another vfio-user server")
        ->required()
        ->type_name("PATH");
    command->add_option("--set", request->sets, "Set a key, as video.frames or card.interrupt; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    command->add_option("--json", request->json, "Result, with a hash of each frame; - for standard output")
        ->type_name("FILE");
    command->add_option("--capture", request->capture, "Y4M file of what the consumer received")->type_name("FILE");
    command->add_flag("--by-messages", request->by_messages, "Share no memory with the server");
    CLI::Option* const quiet = command->add_flag("-q,--quiet", request->quiet, "No summary, no progress, only errors");
    command->add_flag("-v,--verbose", request->verbose, "Tell on standard error what the driver does")->excludes(quiet);
    command->footer(
        "Exit status: 0 all frames delivered, 1 not, 2 bad usage or input or a server that fails, 3 internal error.\n\n"
        "Examples:\n  ghostcard serve --socket /tmp/card.sock hd_720p60.toml &\n"
        "  ghostcard attach --socket /tmp/card.sock hd_720p60.toml --capture frames.y4m\n"
        "  ghostcard attach --socket /tmp/card.sock --set card.interrupt=msi --set video.frames=100 --json -");
    command->callback(
        [&action, request] { action = [request](spdlog::logger& log) { return attach(*request, log); }; });
}

}  // namespace ghostcard::cli
