// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/sweep/run_sweep.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ghostcard::scenarios::sweep {

/// Where, along one axis, a condition begins or ceases to hold, for one choice of all other axes.
struct Threshold {
    std::string others;                    ///< "card.dma.burst=64 B"; empty if there are no other axes.
    std::optional<KeyValue> holds, fails;  ///< Neighbours on the axis; only one of them if it is the same all along.
    bool holds_above = false;              ///< With both: `holds` is the larger one.
};

/// Finds them by bisection among the axis's values, which takes the condition to change once. Points that are needed
/// are run and added to the store; those that are there are taken from it. With repetitions it has to hold for all of
/// them; where a point is not done, or has no such metric, it does not. Throws InputError if `along` is no axis, and
/// Cancelled.
std::vector<Threshold> find_thresholds(const Sweep& sweep, std::span<const Point> points, const Condition& condition,
                                       const Key& along, ResultStore& store, const RunOne& run_one,
                                       const ManyOptions& options);

/// "card.dma.burst=64 B: frames.dropped == 0 from card.memory 32 KiB on; not at 16 KiB"
std::string sentence(const Threshold& threshold, const Condition& condition, const Key& along);
nlohmann::ordered_json document_of(const Threshold& threshold, const Key& along);

}  // namespace ghostcard::scenarios::sweep
