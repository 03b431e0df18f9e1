// SPDX-License-Identifier: MIT
#include "folder.h"
#include "measure.h"

#include <ghostcard/scenarios/sweep/result_store.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

namespace ghostcard::bench {
namespace {

namespace fs = std::filesystem;
namespace sweep = scenarios::sweep;

Cost cost_of(const std::string& arguments) {
    const double processor_before = childrens_processor_seconds();
    const auto begin = std::chrono::steady_clock::now();
    const std::string command = fmt::format("{} {} > /dev/null", GHOSTCARD_COMMAND, arguments);
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    return {wall.count(), childrens_processor_seconds() - processor_before};
}

}  // namespace

Cost sweep_cost(const std::string& file, unsigned jobs) {
    const Folder folder;
    return cost_of(fmt::format("sweep {}/{} --jobs {} --quiet --out {}", GHOSTCARD_BENCH_FOLDER, file, jobs,
                               (folder.path() / "results").string()));
}

Cost report_cost() {
    const Folder folder;
    const sweep::Sweep plan = sweep::parse_sweep(
        "[sweep]\nscenario = 'hd_1080p60.toml'\n"
        "[axes]\nbus.initial_wait = {from = 0, to = 9, step = 1}\n"
        "card.memory = {from = '4 KiB', to = '4000 KiB', steps = 1000}\n"
        "[question]\ntext = 'How deep?'\ncondition = 'frames.dropped == 0'\nalong = 'card.memory'\n",
        fs::path(GHOSTCARD_BENCH_FOLDER) / "../scenarios/made_up.toml");
    const std::vector<sweep::Point> points = sweep::points_of(plan, 10'000);
    {
        auto store = sweep::ResultStore::create(folder.path() / "points.sqlite", plan, points.size());
        for (const sweep::Point& point : points) {
            sweep::Row row{.number = point.number, .seed = point.seed, .command = command_of(plan, point)};
            for (std::size_t i = 0; i < plan.axes.size(); ++i)
                row.values[std::string(plan.axes[i].key->name)] = point.values[i];
            row.metrics["frames.dropped"] = point.number % 1000 < 10 * (1 + point.number / 1000) ? 1 : 0;
            for (unsigned i = 1; i < 33; ++i) row.metrics[fmt::format("made.up{}", i)] = point.number * i % 977;
            store.add(row);
        }
    }
    return cost_of(fmt::format("report {}", folder.path().string()));
}

}  // namespace ghostcard::bench
