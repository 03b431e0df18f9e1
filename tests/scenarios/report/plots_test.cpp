// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/report/plots.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/scenarios/report/measured_study.h"
#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::scenarios;
using namespace ghostcard::scenarios::report;
using namespace ghostcard::scenarios::sweep;
using namespace ghostcard::tests;

namespace {

constexpr std::uint64_t kib = 1024;
const std::string bursts_and_waits = "card.dma.burst = [\"32 B\", \"64 B\"]\nbus.initial_wait = [0, 1, 2]\n";

Measure drops_below_four() {
    return drops_if([](const Row& row) { return value_of(row, "card.memory") < 4 * kib; });
}
std::vector<std::string> names(const std::vector<Plot>& plots) {
    std::vector<std::string> names;
    for (const Plot& plot : plots) names.push_back(plot.name);
    return names;
}

}  // namespace

TEST_CASE("a metric has one figure of heat maps, and one of curves for each axis", "[report]") {
    const Study study = measured_study(memories + bursts_and_waits, ask_for_memory, drops_below_four());
    const auto answer = answer_of(study);
    const View view = view_of(study, answer);
    CHECK(names(plots_of(study, view, 0)) == std::vector<std::string>{"heat-frames.dropped",
                                                                      "curve-frames.dropped-along-card.memory",
                                                                      "curve-frames.dropped-along-card.dma.burst",
                                                                      "curve-frames.dropped-along-bus.initial_wait"});
    CHECK(answer_plot(study, *answer, view).has_value());
}

TEST_CASE("the frontier runs between the values where the condition begins to hold", "[report]") {
    const Study study = measured_study(memories + "bus.initial_wait = [0, 1]\n", ask_for_memory, drops_below_four());
    const std::string commands = plots_of(study, view_of(study, answer_of(study)), 0).at(0).commands;
    CHECK_THAT(commands,
               contains("$frontier << EOD\n-0.5 1.5\n0.5 1.5\n\n0.5 1.5\n1.5 1.5\n\nEOD\n"));  // 2 KiB | 4 KiB
}

TEST_CASE("one axis has curves only", "[report]") {
    const Study study = measured_study(memories, ask_for_memory, drops_below_four());
    const auto answer = answer_of(study);
    CHECK(names(plots_of(study, view_of(study, answer), 0)) ==
          std::vector<std::string>{"curve-frames.dropped-along-card.memory"});
    CHECK_FALSE(answer_plot(study, *answer, view_of(study, answer)));
}

TEST_CASE("gnuplot takes texts for texts", "[report]") {
    const TemporaryFolder folder;
    const std::string target = (folder.path() / "stolen").string();
    const std::string word = "it's `touch " + target + "`.y4m";
    const Study study =
        measured_study("video.source = [\"" + word + "\", \"bars\"]\n" + memories, ask_for_memory, drops_below_four());
    std::vector<Plot> plots = plots_of(study, view_of(study, answer_of(study)), 0);
    draw(plots, find_gnuplot(), folder.path());
    for (const Plot& plot : plots) {
        CHECK(std::filesystem::file_size(folder.path() / (plot.name + ".svg")) > 1000);
        CHECK(std::filesystem::file_size(folder.path() / (plot.name + ".png")) > 1000);
    }
    CHECK_FALSE(std::filesystem::exists(target));
}

TEST_CASE("what gnuplot complains of is passed on", "[report]") {
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(draw({{"x", 100, 100, "plot no such thing\n"}}, find_gnuplot(), folder.path()),
                      contains("gnuplot failed: "));
}

TEST_CASE("a missing gnuplot is named before any work", "[report]") {
    const std::string path = std::getenv("PATH");
    setenv("PATH", "/nowhere", 1);
    CHECK_THROWS_WITH(find_gnuplot(), contains("there is no gnuplot"));
    setenv("PATH", path.c_str(), 1);
}
