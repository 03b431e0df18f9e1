// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/scenario_file.h>
#include <ghostcard/scenarios/serve.h>
#include <spdlog/logger.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "interruption.h"
#include "shipped_scenarios.h"

namespace ghostcard::cli {
namespace {

struct Request {
    std::string socket;
    std::optional<std::string> scenario;
    std::vector<std::string> sets;
    scenarios::Pace pace = scenarios::Pace::fast;
    bool quiet = false;
};

ExitStatus serve(const Request& request, spdlog::logger& console) {
    const auto log = std::make_shared<spdlog::logger>(console);
    log->set_level(request.quiet ? spdlog::level::err : spdlog::level::info);
    scenarios::Scenario scenario;
    if (request.scenario) scenario = scenarios::read_scenario(find_scenario(*request.scenario));
    scenarios::apply_sets(scenario, request.sets);
    const Interruption interruption;
    scenarios::serve_scenario(
        scenario, {request.socket, request.pace, [&interruption] { return interruption.is_requested(); }}, log);
    return ExitStatus::met;
}

}  // namespace

void add_serve_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("serve", "Put the card on a socket, for vfio-user clients as QEMU");
    const auto request = std::make_shared<Request>();
    command->add_option("SCENARIO", request->scenario, "Whose card, bus and video; driver and memory are the client's")
        ->type_name("FILE");
    command->add_option("--socket", request->socket, "Where to listen; goes when the server ends")
        ->required()
        ->type_name("PATH");
    command->add_option("--set", request->sets, "Set a key, as video.mode; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    const std::map<std::string, scenarios::Pace> paces{{"fast", scenarios::Pace::fast},
                                                       {"realtime", scenarios::Pace::realtime}};
    command
        ->add_option("--pace", request->pace,
                     "How simulated time passes: 'fast', as fast as the client consumes (default), or 'realtime'")
        ->transform(CLI::CheckedTransformer(paces))
        ->type_name("PACE");
    command->add_flag("-q,--quiet", request->quiet, "Only errors");
    command->footer(
        "Serves one client at a time, until SIGTERM or Ctrl-C, and then ends with 0.\n\n"
        "QEMU (11.1 and later) wants memory that it can share; with share=off the card's data never arrive in the\n"
        "guest, and nobody can tell:\n"
        "  ghostcard serve --socket /tmp/ghostcard.sock hd_1080p60.toml &\n"
        "  qemu-system-x86_64 -m 512M -object memory-backend-memfd,id=m,size=512M,share=on \\\n"
        "    -machine pc,memory-backend=m ... -device \\\n"
        "    '{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"/tmp/ghostcard.sock\"}}'");
    command->callback([&action, request] { action = [request](spdlog::logger& log) { return serve(*request, log); }; });
}

}  // namespace ghostcard::cli
