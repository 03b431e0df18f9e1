// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/scenario.h>
#include <ghostcard/scenarios/sweep/relation.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ghostcard::scenarios::sweep {

/// One key and the values that it takes.
struct Axis {
    const Key* key = nullptr;
    std::vector<KeyValue> values;  ///< Not empty; each allowed, none twice.
};

/// What the sweep is to answer: from which value of a key on the condition holds.
struct Question {
    std::string text;
    std::optional<Condition> condition;
    const Key* along = nullptr;  ///< One of the axes.
};

/// A scenario of which some keys take many values.
///
///     [sweep]
///     title = "Alignment and burst size"
///     scenario = "../hd_1080p60.toml"      # from this file's folder
///     combine = "cross"                    # or "zip": the n-th values of all axes together
///     seeds = 3                            # each point so often, each time with another seed
///     timeout = "60 s"                     # of a point, by the clock on the wall
///     constraints = ["card.dma.burst >= card.dma.alignment"]
///
///     [set]                                # what else differs from the scenario
///     video.frames = 10
///
///     [axes]
///     card.dma.burst = ["64 B", "256 B"]
///     bus.initial_wait = {from = 0, to = 8, step = 2}
///     card.memory = {from = "4 KiB", to = "256 KiB", steps = 7, scale = "log"}
///     host.dpc_latency = {from = "1 us", to = "1 ms", scale = "log", random = 20}
///
///     [question]                           # for the report
///     text = "How deep must the FIFO be?"
///     condition = "frames.dropped == 0"
///     along = "card.memory"
struct Sweep {
    std::filesystem::path file;
    std::string text;  ///< Of the file.
    std::string title;
    std::string scenario_file;      ///< Of the base, as it can be named on the command line.
    Scenario base;                  ///< With what [set] says.
    std::vector<std::string> sets;  ///< [set], as for --set.
    bool is_zipped = false;
    unsigned seeds = 1;
    std::chrono::milliseconds timeout{60'000};
    std::vector<Constraint> constraints;
    std::vector<Axis> axes;  ///< In the order of the file, the last one changes fastest.
    Question question;

    /// The key is an axis, and all others take all their values for each of its own.
    bool crosses(const Key& key) const;
};

/// Throws InputError for the first thing in the file that cannot be used, as "file:line:column: ...".
Sweep read_sweep(const std::filesystem::path& file);
Sweep parse_sweep(std::string text, const std::filesystem::path& file);

/// One run of a sweep.
struct Point {
    std::uint64_t number = 0;      ///< From 0, in the order of the axes.
    std::vector<KeyValue> values;  ///< One for each axis.
    unsigned repetition = 0;
    /// That of the scenario for repetition 0. Points that differ in a key only see the same chances, so that they
    /// differ for that reason only.
    std::uint64_t seed = 0;
};

/// Throws InputError if there are more than that, or none.
std::vector<Point> points_of(const Sweep& sweep, std::uint64_t most);
/// Throws InputError if its settings do not go together.
Scenario scenario_of(const Sweep& sweep, const Point& point);
/// "card.dma.burst=64 B card.memory=4 KiB", with the repetition if there are several.
std::string name_of(const Sweep& sweep, const Point& point);
/// Repeats the run of the point.
std::string command_of(const Sweep& sweep, const Point& point);

}  // namespace ghostcard::scenarios::sweep
