// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/scenario_file.h>
#include <ghostcard/scenarios/timing.h>

#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "output.h"

namespace ghostcard::cli {
namespace {

struct Request {
    std::vector<std::string> sets;
    std::vector<std::uint64_t> bursts{4, 32, 64, 128, 256};
    std::string operation = "write";
    std::uint64_t address = scenarios::TimingRequest{}.address.value;
    bool json = false;
};

ExitStatus measure(const Request& request, spdlog::logger& log) {
    scenarios::Scenario scenario;
    scenarios::apply_sets(scenario, request.sets);
    const scenarios::TimingResult result =
        scenarios::measure_timing(scenario, {request.bursts, request.operation == "write", {request.address}});
    print(request.json ? result.document.dump(2) + "\n" : scenarios::timing_table(result.document));
    if (result.difference.empty()) return ExitStatus::met;
    log.error("{}", result.difference);
    return ExitStatus::not_met;
}

}  // namespace

void add_timing_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("timing", "Measure bursts on the bus, under both timings");
    const auto request = std::make_shared<Request>();
    command->add_option("--set", request->sets, "Set a key, as bus.decode; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    command->add_option("--bursts", request->bursts, "Bytes of the bursts (1 to 1048576 each)")
        ->type_name("N,N...")
        ->delimiter(',')
        ->check(CLI::Range(1, 1 << 20));
    command->add_option("--op", request->operation, "write into memory or read from it")
        ->type_name("write|read")
        ->check(CLI::IsMember({"write", "read"}));
    command->add_option("--address", request->address, "Where on the bus; from 4 GiB on with a dual address cycle")
        ->type_name("ADDRESS");
    command->add_flag("--json", request->json, "The result as JSON");
    command->footer(
        "Exit status: 0 both timings agree, 1 they do not, 2 bad usage or input, 3 internal error.\n\n"
        "Examples:\n  ghostcard timing --bursts 32,64,128,256\n"
        "  ghostcard timing --set bus.width=64 --set bus.clock='66 MHz' --op read --json\n"
        "  ghostcard timing --set bus.target.disconnect_after=8 --bursts 64\n"
        "  ghostcard timing --set bus.kind=pcie --set bus.lanes=4 --bursts 64,256,4096");
    command->callback(
        [&action, request] { action = [request](spdlog::logger& log) { return measure(*request, log); }; });
}

}  // namespace ghostcard::cli
