// SPDX-License-Identifier: MIT
// Prints how fast the simulation is, as ratios within this run. docs/performance.md shows a run and says what it means.
#include "folder.h"
#include "measure.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace ghostcard::bench {

using Seconds = std::chrono::duration<double>;

/// Of this process: what else the machine does shows less than in the time of day.
static double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double seconds_of(const std::function<void(std::function<void()>)>& body) {
    double best = std::numeric_limits<double>::max();
    for (int i = 0; i < 3; ++i) {
        int ends[2];
        if (pipe(ends) != 0) throw std::runtime_error("no pipe");
        const pid_t child = fork();
        if (child == 0) {
            double begin = processor_seconds();
            body([&begin] { begin = processor_seconds(); });
            const double seconds = processor_seconds() - begin;
            _exit(write(ends[1], &seconds, sizeof seconds) == sizeof seconds ? 0 : 1);
        }
        close(ends[1]);
        double seconds = 0;
        if (read(ends[0], &seconds, sizeof seconds) != sizeof seconds) throw std::runtime_error("a measurement failed");
        close(ends[0]);
        waitpid(child, nullptr, 0);
        best = std::min(best, seconds);
    }
    return best;
}

double childrens_processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

namespace {

struct Output {
    double simulation_seconds;  ///< By the clock on the wall.
    double process_seconds;     ///< The same, of the whole process.
    double processor_seconds;   ///< Of the whole process.
    double simulated_seconds;
};

/// Runs the command and reads its result document.
Output run_command(const std::string& arguments) {
    const double processor_before = childrens_processor_seconds();
    const auto begin = std::chrono::steady_clock::now();
    FILE* const pipe =
        popen((std::string(GHOSTCARD_COMMAND) + " run " + arguments + " --quiet --timing --json -").c_str(), "r");
    std::string text;
    char part[4096];
    for (std::size_t n = 0; (n = fread(part, 1, sizeof part, pipe)) > 0;) text.append(part, n);
    pclose(pipe);
    const auto document = nlohmann::json::parse(text);
    return {document["host"]["wall_seconds"], Seconds(std::chrono::steady_clock::now() - begin).count(),
            childrens_processor_seconds() - processor_before, document["simulated_ps"].get<double>() / 1e12};
}

void line(const std::string& what, const std::string& measured, const std::string& goal) {
    fmt::print("{:<72} {:>22}   {}\n", what, measured, goal);
    std::fflush(stdout);
}

std::string of_memcpy(double seconds, const BusCase& bus, double copy) {
    const double bursts = static_cast<double>(bus.frame_bytes) / static_cast<double>(bus.burst) * bus.frames;
    return fmt::format("{:.2f} ({:.1f} ns/burst)", copy / seconds, seconds / bursts * 1e9);
}

void print_sweeps() {
    const double points = 200;
    line("a point of a sweep beside its simulation, processor time",
         fmt::format("{:.1f} ms", sweep_cost("empty_points.toml", 1).processor / points * 1e3), "3 ms");
    double one = std::numeric_limits<double>::max(), two = one, processor = one;
    for (int i = 0; i < 3; ++i) {
        one = std::min(one, sweep_cost("points.toml", 1).wall);
        const Cost cost = sweep_cost("points.toml", 2);
        two = std::min(two, cost.wall);
        processor = std::min(processor, cost.processor);
    }
    line("points of 10 frames of 1080p60 without payload a second, two workers",
         fmt::format("{:.0f} ({:.1f} ms each)", points / two, processor / points * 1e3), "300");
    line("two workers over one", fmt::format("{:.2f}", one / two), "1.8");
    line("ghostcard report, 10,000 points of 33 metrics", fmt::format("{:.1f} s", report_cost().wall), "10 s");
}

int main() {
    const std::uint64_t frame = 4'147'200;
    const double copy = raw_copy(frame, 200);
    line("raw memcpy of 1080p YUY2 frames", fmt::format("{:.1f} GB/s", frame * 200 / copy / 1e9), "");
    for (const std::uint64_t burst : {64, 256, 1024, 4096}) {
        const BusCase bus{true, burst, frame, 200};
        line(fmt::format("analytic PCI 32/33, store and forward, {} B bursts, over memcpy", burst),
             of_memcpy(bus_writes(bus), bus, copy), burst < 1024 ? "0.5" : "0.8");
    }
    const BusCase pcie{true, 256, frame, 200};
    line("analytic PCI Express, store and forward, MPS 256, over memcpy", of_memcpy(link_writes(pcie), pcie, copy),
         "0.5");

    const std::string hd = "hd_1080p60.toml --set bus.timing=analytic --set video.frames=120";
    const Output pipeline = run_command(hd);
    line("analytic PCI 64/66, 64 KiB FIFO, 1080p60 YUY2 to the consumer, over real time",
         fmt::format("{:.1f}", pipeline.simulated_seconds / pipeline.processor_seconds), "6");

    const Folder folder;
    const Output traced = run_command(fmt::format("{} --trace {}", hd, (folder.path() / "hd.pftrace").string()));
    line("the same with a Perfetto trace, over without",
         fmt::format("{:.1f}", traced.processor_seconds / pipeline.processor_seconds), "2");

    const BusCase cycle{false, 64, 691'200, 1};
    const double cycle_seconds = bus_writes(cycle);
    line("cycle PCI 32/33, 64 B bursts, over a per-beat SC_THREAD model",
         fmt::format("{:.2f}", per_beat_writes(cycle) / cycle_seconds), "1");
    BusCase analytic = cycle;
    analytic.analytic = true;
    analytic.frames = 200;
    line("analytic over cycle PCI, the same 64 B bursts",
         fmt::format("{:.0f}", cycle_seconds * 200 / bus_writes(analytic)), "100");

    line("register read through bus and card", fmt::format("{:.0f} ns", register_read(200'000) * 1e9), "200 ns");
    const Output start = run_command("sd_480i.toml --set bus.timing=analytic --set video.frames=1");
    line("ghostcard run, all but the simulation",
         fmt::format("{:.0f} ms", (start.process_seconds - start.simulation_seconds) * 1e3), "30 ms");
    print_sweeps();
    return 0;
}

}  // namespace
}  // namespace ghostcard::bench

extern "C" int sc_main(int, char*[]) { return 1; }  // libsystemc wants one
int main() { return ghostcard::bench::main(); }
