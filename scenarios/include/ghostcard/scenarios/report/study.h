// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/sweep/relation.h>
#include <ghostcard/scenarios/sweep/result_store.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ghostcard::scenarios::report {

/// A key and the values that it took, numbers by size and words in the order of the sweep file.
struct StudyAxis {
    const Key* key = nullptr;
    std::vector<KeyValue> values;

    bool is_number() const { return std::holds_alternative<std::uint64_t>(values.front()); }
    /// "64 KiB"; for a plain number "8". What is exact at length only is rounded: "3.162 ms" for 3162277660 ps.
    std::string text(std::size_t value) const;
    double count(std::size_t value) const { return static_cast<double>(std::get<std::uint64_t>(values[value])); }
};

/// One value of each axis, by its place there.
using Place = std::vector<std::size_t>;

struct StudyPoint {
    std::uint64_t number = 0;
    std::string ending, reason;
    std::uint64_t seed = 0;
    std::string command;
    Place place;
    std::vector<nlohmann::json> values;  ///< Of Study::metrics; null where there is none.

    bool is_done() const { return ending == name_of(sweep::Ending::done); }
};

/// The results of a sweep, read for a report.
struct Study {
    std::string title, sweep_file, base;
    std::string question;                       ///< As asked; may be empty.
    std::optional<sweep::Condition> condition;  ///< What it is about...
    std::optional<std::size_t> along;           ///< ...and the axis.
    std::uint64_t all_points = 0;               ///< Run or not.
    std::uint64_t seeds = 1;
    std::vector<StudyAxis> axes;
    bool is_zipped = false;            ///< The n-th values of all axes belong together.
    std::vector<std::string> metrics;  ///< Those that vary, and the condition's if it is there at all.
    std::vector<StudyPoint> points;    ///< Those that have been run, by number.

    /// The axes with more than one value; of zipped ones only the first, or that of the question.
    std::vector<std::size_t> open_axes() const;
    /// Of `metrics`.
    std::optional<std::size_t> metric(std::string_view name) const;
    /// The points of each place, of which there are several only with several seeds.
    std::map<Place, std::vector<const StudyPoint*>> by_place() const;
};

/// Throws InputError if what is in the store cannot be a sweep's.
Study read_study(const sweep::ResultStore& store);

}  // namespace ghostcard::scenarios::report
