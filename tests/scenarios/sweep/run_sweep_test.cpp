// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/sweep/export.h>
#include <ghostcard/scenarios/sweep/threshold.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace ghostcard;
using namespace ghostcard::scenarios;
using namespace ghostcard::scenarios::sweep;
using namespace ghostcard::tests;

namespace {

Sweep waits(const std::string& more = "") {
    return parse_sweep("[sweep]\nscenario = \"" GHOSTCARD_SCENARIO_FOLDER "/hd_1080p60.toml\"\ntimeout = \"300 ms\"\n" +
                           more + "[axes]\nbus.initial_wait = [0, 1, 2, 3, 4, 5, 6, 7]\n",
                       "x.toml");
}

/// Drops as many frames as the first data phase waits clocks above 2, and has troubles of its own at some.
RunResult pretend(const Scenario& scenario, const RunOptions&) {
    const unsigned wait = scenario.pci.host_target.initial_wait;
    RunResult result;
    result.document = {{"schema_version", 1},
                       {"frames", {{"dropped", wait > 2 ? wait - 2 : 0}, {"seed", scenario.seed % 1000}}},
                       {"findings", {1, 2, 3}}};
    return result;
}

RunResult with_trouble(const Scenario& scenario, const RunOptions& options) {
    switch (scenario.pci.host_target.initial_wait) {
        case 1: throw InputError("no room");
        case 2: throw std::logic_error("a bug");
        case 3: std::raise(SIGKILL); break;
        case 4: std::this_thread::sleep_for(std::chrono::seconds(60)); break;
        default: break;
    }
    return pretend(scenario, options);
}

std::vector<std::string> rows(const ResultStore& store, const std::vector<std::string>& wanted) {
    const std::vector<std::string> columns = store.columns();
    std::vector<std::string> rows;
    store.for_each([&](const std::vector<nlohmann::json>& values) {
        std::string row;
        for (const std::string& name : wanted)
            for (std::size_t i = 0; i < columns.size(); ++i)
                if (columns[i] == name) row += (row.empty() ? "" : " ") + values[i].dump();
        rows.push_back(row);
    });
    return rows;
}

ManyOptions with_jobs(unsigned jobs) { return {.jobs = jobs, .progress = {}, .is_cancelled = {}}; }

std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a sweep goes on, whatever becomes of a point", "[sweep]") {
    const TemporaryFolder folder;
    const Sweep sweep = waits();
    const std::vector<Point> points = points_of(sweep, 100);
    ResultStore store = ResultStore::create(folder.path() / "points.sqlite", sweep, points.size());
    run_points(sweep, points, store, with_trouble, with_jobs(3));
    const Texts expected{R"(0 "done" null 0 0 3)",
                         R"(1 "refused" "no room" 1 null null)",
                         R"(2 "failed" "a bug" 2 null null)",
                         R"_(3 "crashed" "killed by signal 9 (Killed)" 3 null null)_",
                         R"(4 "timed_out" "more than sweep.timeout, 300 ms" 4 null null)",
                         R"(5 "done" null 5 3 3)",
                         R"(6 "done" null 6 4 3)",
                         R"(7 "done" null 7 5 3)"};
    CHECK(rows(store, {"number", "ending", "reason", "bus.initial_wait", "frames.dropped", "findings.count"}) ==
          expected);
}

TEST_CASE("what has been run is not run again, and the results are the same", "[sweep]") {
    const TemporaryFolder folder;
    const Sweep sweep = waits("seeds = 2\n");
    const std::vector<Point> points = points_of(sweep, 100);
    ResultStore whole = ResultStore::create(folder.path() / "whole.sqlite", sweep, points.size());
    run_points(sweep, points, whole, pretend, with_jobs(2));

    const auto file = folder.path() / "parts.sqlite";
    {
        ResultStore first = ResultStore::create(file, sweep, points.size());
        run_points(sweep, std::span(points).subspan(3, 6), first, pretend, with_jobs(1));
    }
    ResultStore rest = ResultStore::resume(file, sweep, points.size());
    std::uint64_t begun_at = 0;
    bool is_first = true;
    run_points(sweep, points, rest, pretend,
               {.jobs = 2,
                .progress =
                    [&](std::uint64_t done, std::uint64_t) {
                        if (std::exchange(is_first, false)) begun_at = done;
                    },
                .is_cancelled = {}});
    CHECK(begun_at == 6);
    CHECK(rows(rest, rest.columns()) == rows(whole, whole.columns()));
}

TEST_CASE("a cancelled sweep keeps what has ended", "[sweep]") {
    const TemporaryFolder folder;
    const Sweep sweep = waits();
    const std::vector<Point> points = points_of(sweep, 100);
    ResultStore store = ResultStore::create(folder.path() / "points.sqlite", sweep, points.size());
    std::uint64_t ended = 0;
    const ManyOptions options{.jobs = 1,
                              .progress = [&](std::uint64_t done, std::uint64_t) { ended = done; },
                              .is_cancelled = [&] { return ended == 3; }};
    CHECK_THROWS_AS(run_points(sweep, points, store, pretend, options), Cancelled);
    CHECK(store.numbers() == std::vector<std::uint64_t>{0, 1, 2});
}

TEST_CASE("the parts of a sweep come together to the whole, again and again", "[sweep]") {
    const TemporaryFolder folder;
    const Sweep sweep = waits();
    const std::vector<Point> points = points_of(sweep, 100);
    const auto run = [&](const std::string& name, std::size_t first, std::size_t count) {
        ResultStore store = ResultStore::create(folder.path() / name, sweep, points.size());
        run_points(sweep, std::span(points).subspan(first, count), store, with_trouble, with_jobs(2));
        return rows(store, store.columns());
    };
    const Texts whole = run("whole", 0, 8);
    run("one", 0, 3);
    run("two", 2, 6);  // they may overlap
    ResultStore merged = ResultStore::like(folder.path() / "merged", ResultStore::open(folder.path() / "one"));
    for (const char* const part : {"two", "one", "two"}) merged.merge(folder.path() / part);
    CHECK(rows(merged, merged.columns()) == whole);
}

TEST_CASE("results of another sweep, of another schema and of a running sweep are left alone", "[sweep]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "points.sqlite";
    const Sweep sweep = waits();
    {
        const ResultStore store = ResultStore::create(file, sweep, 8);
        CHECK_THROWS_WITH(ResultStore::create(file, sweep, 8), contains("there are results already; --resume goes on"));
        CHECK_THROWS_WITH(ResultStore::resume(file, sweep, 8), contains("another sweep is writing to it"));
    }
    CHECK_THROWS_WITH(ResultStore::resume(file, waits("seeds = 2\n"), 16),
                      contains("the results are of another sweep"));
    OutputFile nothing(folder.path() / "nothing");  // as a sweep leaves it that is killed at once
    nothing.commit();
    CHECK(ResultStore::resume(folder.path() / "nothing", sweep, 8).numbers().empty());
    CHECK_THROWS_WITH(ResultStore::open(folder.path() / "none"), contains("there are no results"));
    OutputFile other(folder.path() / "other");
    other.write("not a database, but long enough to be mistaken for one by its size alone");
    other.commit();
    CHECK_THROWS_WITH(ResultStore::open(folder.path() / "other"), contains("file is not a database"));
}

TEST_CASE("a threshold is found by bisection", "[sweep]") {
    const TemporaryFolder folder;
    const Sweep sweep = waits("seeds = 2\n");
    const std::vector<Point> points = points_of(sweep, 100);
    const Key& along = *find_key("bus.initial_wait");
    const auto file = folder.path() / "points.sqlite";
    ResultStore store = ResultStore::create(file, sweep, points.size());
    const auto find = [&](const std::string& text) {
        const Condition condition = parse_condition(text);
        const auto found = find_thresholds(sweep, points, condition, along, store, pretend, with_jobs(2));
        REQUIRE(found.size() == 1);
        return sentence(found[0], condition, along);
    };
    CHECK(find("frames.dropped == 0") == "frames.dropped == 0 up to bus.initial_wait 2; not at 3");
    CHECK(store.numbers().size() < points.size());  // both ends and three between, twice each
    CHECK(find("frames.dropped >= 4") == "frames.dropped >= 4 from bus.initial_wait 6; not at 5");
    CHECK(find("frames.dropped < 100") == "frames.dropped < 100 for every bus.initial_wait");
    CHECK(find("frames.dropped > 100") == "frames.dropped > 100 for no bus.initial_wait, up to 7");
    CHECK(find("no.metric == 0") == "no.metric == 0 for no bus.initial_wait, up to 7");
    CHECK_THROWS_WITH(
        find_thresholds(sweep, points, parse_condition("a == 0"), *find_key("bus.width"), store, pretend, {}),
        contains("'bus.width' is not one of the crossed axes"));
}

TEST_CASE("results leave as CSV and as JSON Lines", "[sweep]") {
    const TemporaryFolder folder;
    const Sweep sweep = waits();
    const std::vector<Point> points = points_of(sweep, 100);
    ResultStore store = ResultStore::create(folder.path() / "points.sqlite", sweep, points.size());
    run_points(sweep, std::span(points).subspan(1, 5), store, with_trouble, with_jobs(2));
    const auto write = [&](const char* name, const auto& write_rows) {
        OutputFile file(folder.path() / name);
        write_rows(store, file);
        file.commit();
        return content(folder.path() / name);
    };
    const std::string csv = write("csv", write_csv);
    CHECK(
        csv.starts_with("number,ending,reason,repetition,seed,command,bus.initial_wait,findings.count,frames.dropped,"
                        "frames.seed\r\n1,refused,no room,0,1,ghostcard run "));
    CHECK_THAT(csv, contains("4,timed_out,\"more than sweep.timeout, 300 ms\",0,1,"));
    const std::string lines = write("jsonl", write_json_lines);
    const auto last = nlohmann::json::parse(lines.substr(lines.rfind('\n', lines.size() - 2) + 1));
    CHECK(last["number"] == 5);
    CHECK(last["frames.dropped"] == 3);
    CHECK_FALSE(last.contains("reason"));
}
