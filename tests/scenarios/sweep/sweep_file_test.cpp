// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::scenarios;
using namespace ghostcard::scenarios::sweep;
using namespace ghostcard::tests;

namespace {

const std::string head = "[sweep]\nscenario = \"" GHOSTCARD_SCENARIO_FOLDER "/hd_1080p60.toml\"\n";

Sweep read(const std::string& text) { return parse_sweep(head + text, "x.toml"); }

/// What is said of it, without the first line, which is the scenario's.
std::string refusal(const std::string& text) {
    try {
        static_cast<void>(points_of(read(text), 1000));
    } catch (const InputError& error) {
        return error.what();
    }
    return "accepted";
}

/// The values of the only axis.
std::vector<std::string> axis_values(const std::string& axis) {
    const Sweep sweep = read("[axes]\n" + axis + "\n");
    std::vector<std::string> texts;
    for (const KeyValue& value : sweep.axes.at(0).values) texts.push_back(text_of(*sweep.axes[0].key, value));
    return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("crossed axes give every combination, and the last one changes fastest", "[sweep]") {
    const Sweep sweep = read("[axes]\nbus.initial_wait = [3, 1]\ncard.dma.burst = [\"64 B\", \"256 B\"]\n");
    Texts names;
    for (const Point& point : points_of(sweep, 4)) names.push_back(name_of(sweep, point));
    CHECK(names == Texts{"bus.initial_wait=3 card.dma.burst=64 B", "bus.initial_wait=3 card.dma.burst=256 B",
                         "bus.initial_wait=1 card.dma.burst=64 B", "bus.initial_wait=1 card.dma.burst=256 B"});
    CHECK_THROWS_WITH(points_of(sweep, 3), contains("the axes have 4 points, and at most 3 are allowed"));
}

TEST_CASE("zipped axes go together", "[sweep]") {
    const Sweep sweep =
        read("combine = \"zip\"\n[axes]\nbus.initial_wait = [3, 1]\ncard.dma.burst = [\"64 B\", \"256 B\"]\n");
    Texts names;
    for (const Point& point : points_of(sweep, 2)) names.push_back(name_of(sweep, point));
    CHECK(names == Texts{"bus.initial_wait=3 card.dma.burst=64 B", "bus.initial_wait=1 card.dma.burst=256 B"});
    CHECK(refusal("combine = \"zip\"\n[axes]\nbus.initial_wait = [3]\ncard.dma.burst = [\"64 B\", \"256 B\"]\n") ==
          "x.toml: sweep.combine 'zip' wants axes of one length; bus.initial_wait has 1 values, card.dma.burst has 2");
}

TEST_CASE("ranges are linear, logarithmic or drawn, within what the key allows", "[sweep]") {
    CHECK(axis_values("bus.initial_wait = {from = 0, to = 7, step = 3}") == Texts{"0", "3", "6"});
    CHECK(axis_values("bus.initial_wait = {from = 1, to = 5, steps = 3}") == Texts{"1", "3", "5"});
    CHECK(axis_values("card.memory = {from = \"4 KiB\", to = \"16 KiB\", scale = \"log\"}") ==
          Texts{"4 KiB", "8 KiB", "16 KiB"});
    CHECK(axis_values("host.dpc_latency = {from = \"1 us\", to = \"100 us\", steps = 3, scale = \"log\"}") ==
          Texts{"1 us", "10 us", "100 us"});
    CHECK(axis_values("card.dma.alignment = {from = \"1 B\", to = \"64 B\", steps = 20}") ==
          Texts{"1 B", "4 B", "8 B", "16 B", "32 B", "64 B"});

    const std::string drawn = "host.dpc_latency = {from = \"1 us\", to = \"100 us\", random = 50}";
    const Texts some = axis_values(drawn);
    CHECK(some == axis_values(drawn));
    CHECK(std::set<std::string>(some.begin(), some.end()).size() == some.size());
    CHECK(some.size() > 45);
}

TEST_CASE("constraints leave points out", "[sweep]") {
    const Sweep sweep = read(
        "constraints = [\"card.dma.burst >= card.dma.alignment\", \"card.dma.burst != 256 B\"]\n"
        "[axes]\ncard.dma.alignment = [\"64 B\", \"128 B\"]\ncard.dma.burst = [\"64 B\", \"128 B\", \"256 B\"]\n");
    const std::vector<Point> points = points_of(sweep, 100);
    CHECK(points.size() == 3);
    CHECK(points.back().number == 2);
    CHECK(refusal("constraints = [\"bus.width > 64\"]\n[axes]\nbus.width = [32, 64]\n") ==
          "x.toml: no point meets the constraints");
}

TEST_CASE("repetitions differ in their seed, and points at the same repetition do not", "[sweep]") {
    const Sweep sweep = read("seeds = 2\n[axes]\nbus.initial_wait = [0, 1]\n");
    const std::vector<Point> points = points_of(sweep, 4);
    REQUIRE(points.size() == 4);
    CHECK(points[0].seed == sweep.base.seed);
    CHECK(points[1].seed != points[0].seed);
    CHECK(points[2].seed == points[0].seed);
    CHECK(points[3].seed == points[1].seed);
}

TEST_CASE("a point's command repeats it", "[sweep]") {
    const Sweep sweep = read("seeds = 2\n[set]\nvideo.frames = 3\n[axes]\ncard.memory = [\"4 KiB\"]\n");
    const Point point = points_of(sweep, 4).at(1);
    CHECK(command_of(sweep, point) == "ghostcard run " GHOSTCARD_SCENARIO_FOLDER
                                      "/hd_1080p60.toml --set video.frames=3 --set 'card.memory=4 KiB' "
                                      "--set scenario.seed=" +
                                          std::to_string(point.seed));
    const Scenario scenario = scenario_of(sweep, point);
    CHECK(scenario.video.frames == 3u);
    CHECK(scenario.card.memory.count == 4096);
    CHECK(scenario.expect.empty());
}

TEST_CASE("what cannot be used is refused where it stands", "[sweep]") {
    struct Case {
        std::string text, said;
    };
    const auto [text, said] = GENERATE(values<Case>({
        {"", "x.toml: there are no axes"},
        {"[axes]\n", "x.toml: there are no axes"},
        {"[axes]\nbus.widht = [32]\n",
         "x.toml:4:5: key 'axes.bus.widht': key 'bus.widht' is unknown; the nearest known "
         "key is 'bus.width'"},
        {"[axes]\nbus.width = []\n",
         "x.toml:4:5: key 'axes.bus.width': an axis wants a list of values or {from, to, "
         "...}, not an empty or mixed list"},
        {"[axes]\nbus.width = [32, 32]\n", "x.toml:4:5: key 'axes.bus.width': 32 stands in it twice"},
        {"[axes]\nbus.width = [33]\n", "x.toml:4:5: key 'axes.bus.width': 33 is not allowed; allowed is 32 or 64"},
        {"[axes]\nbus.initial_wait = {from = 3, to = 1, step = 1}\n",
         "x.toml:4:21: key 'axes.bus.initial_wait.from': 'from' has to be below 'to'"},
        {"[axes]\nbus.initial_wait = {from = 0, to = 8}\n",
         "x.toml:4:21: key 'axes.bus.initial_wait.from': a range wants 'step', 'steps' or 'random'"},
        {"[axes]\nbus.initial_wait = {from = 0, to = 8, stepp = 1}\n",
         "x.toml:4:39: key 'axes.bus.initial_wait.stepp': a range has no 'stepp'; the nearest word is 'step'"},
        {"sedes = 3\n[axes]\nbus.width = [32]\n",
         "x.toml:3:1: key 'sweep.sedes': it is unknown; the nearest known one is 'sweep.seeds'"},
        {"combine = \"both\"\n[axes]\nbus.width = [32]\n",
         "x.toml:3:1: key 'sweep.combine': 'both' is neither cross nor zip"},
        {"constraints = [\"bus.width\"]\n[axes]\nbus.width = [32]\n",
         "x.toml:3:1: key 'sweep.constraints': 'bus.width' is no comparison by <, <=, ==, !=, >= or >"},
        {"[axes]\nbus.width = [32]\n[question]\nalong = \"card.memory\"\n",
         "x.toml: question.along 'card.memory' is none of the axes"},
        {"[set]\nbus.width = 33\n[axes]\nbus.initial_wait = [0]\n",
         "x.toml:4:5: key 'set.bus.width': 33 is not allowed"},
    }));
    CHECK_THAT(refusal(text), contains(said));
}

TEST_CASE("a condition reads its value in the metric's unit", "[sweep]") {
    const Condition condition = parse_condition("latency.p99_ps <= 20 ms");
    CHECK(condition.metric == "latency.p99_ps");
    CHECK(condition.value == 2e10);
    CHECK(condition.holds_for(2e10));
    CHECK_FALSE(condition.holds_for(2e10 + 1));
    CHECK(parse_condition("bus.utilisation < 0.5").holds_for(0.4));
    CHECK_THROWS_WITH(parse_condition("frames.dropped = 0"), contains("is no comparison"));
    CHECK_THROWS_WITH(parse_condition("frames.dropped == few"), contains("few"));
}
