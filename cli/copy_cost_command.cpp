// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/units.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "command.h"
#include "copy_cost.h"
#include "output.h"

namespace ghostcard::cli {
namespace {

constexpr std::uint64_t most_memory = 4ull << 30;  // bytes of either ring
constexpr std::uint64_t longest_seconds = 60;

struct Options {
    std::string frame = "4147200 B";
    std::string rate = "200 MB/s";
    std::string time = "2 s";
    unsigned frames = 64;
    bool json = false;
};

CopyCostRequest understood(const Options& options) {
    CopyCostRequest request{
        .frame = parse_bytes(options.frame),
        .rate = parse_bytes_per_second(options.rate),
        .frames = options.frames,
        .time = std::chrono::duration_cast<std::chrono::milliseconds>(parse_duration(options.time))};
    if (request.frame.count == 0 || request.frame.count > 1ull << 30)
        throw InputError(fmt::format("--frame {} is not allowed; 1 B to 1 GiB are", options.frame));
    if (request.rate.count == 0) throw InputError("--rate 0 is not allowed; at least 1 B/s is");
    if (request.frames == 0 || request.frames * request.frame.count > most_memory)
        throw InputError(fmt::format("--frames {} of {} are not allowed; 1 to {} are", options.frames, options.frame,
                                     most_memory / request.frame.count));
    if (request.time.count() == 0 || request.time > std::chrono::seconds(longest_seconds))
        throw InputError(fmt::format("--time {} is not allowed; 1 ms to {} s are", options.time, longest_seconds));
    return request;
}

ExitStatus run(const Options& options) {
    const CopyCostRequest request = understood(options);
    const CopyCost cost = measure_copy_cost(request);
    if (options.json) {
        const nlohmann::ordered_json document{{"frame_bytes", request.frame.count},
                                              {"ring_frames", request.frames},
                                              {"asked_bytes_per_second", request.rate.count},
                                              {"achieved_bytes_per_second", cost.achieved_rate},
                                              {"frames", cost.frames},
                                              {"copy_bytes_per_second", cost.bytes_per_second},
                                              {"share_of_processor", cost.share_of_processor}};
        print(document.dump(2) + "\n");
        return ExitStatus::met;
    }
    print(
        fmt::format("{} frames of {} from cold memory, {:.1f} MB/s:\n"
                    "  a copy runs at {:.2f} GB/s and takes {:.2f} % of one processor\n"
                    "  the claim is: 200 MB/s cost less than 5 %\n",
                    cost.frames, to_text(request.frame), cost.achieved_rate / 1e6, cost.bytes_per_second / 1e9,
                    cost.share_of_processor * 100));
    return ExitStatus::met;
}

}  // namespace

void add_copy_cost_command(CLI::App& app, Action& action) {
    CLI::App* const command =
        app.add_subcommand("copy-cost", "Measure what copying a stream of frames costs on this machine");
    const auto options = std::make_shared<Options>();
    command->add_option("--frame", options->frame, "Size of a frame (1080p YUY2: 4147200 B)")->type_name("SIZE");
    command->add_option("--rate", options->rate, "Rate of the stream (200 MB/s)")->type_name("RATE");
    command->add_option("--frames", options->frames, "Frames in the ring, so that none is in a cache (64)")
        ->type_name("N");
    command->add_option("--time", options->time, "How long to copy (2 s)")->type_name("TIME");
    command->add_flag("--json", options->json, "As JSON");
    command->footer("Examples:\n  ghostcard copy-cost\n  ghostcard copy-cost --frame '16588800 B' --rate '995 MB/s'");
    command->callback([&action, options] { action = [options](spdlog::logger&) { return run(*options); }; });
}

}  // namespace ghostcard::cli
