// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/scenarios/scenario.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ghostcard::scenarios {

/// Which transactions are to be measured.
struct TimingRequest {
    std::vector<std::uint64_t> bursts;  ///< Bytes of each, 1 B to 1 MiB.
    bool write = true;                  ///< Into memory, as a capture card does.
    BusAddress address{0x1000'0000};    ///< Of each; from 4 GiB on with a dual address cycle.
};

struct TimingResult {
    nlohmann::ordered_json document;  ///< {op, bus{every key}, bursts[...]}, from the clock by clock timing.
    std::string difference;           ///< The first burst in which the two timings differ; empty if none.
};

/// Lets a master do the bursts one after the other on two buses, one with each timing, against a target that behaves as
/// the bus.* keys say; on PCI Express, many of each. SystemC elaborates once in a process, and so this may be called
/// once.
TimingResult measure_timing(const Scenario& scenario, const TimingRequest& request);

/// A table for people.
std::string timing_table(const nlohmann::ordered_json& document);

}  // namespace ghostcard::scenarios
