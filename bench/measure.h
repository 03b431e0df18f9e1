// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace ghostcard::bench {

/// Seconds that the body takes, in a child process since SystemC elaborates once; the best of three.
/// The body calls `begin` where the clock starts.
double seconds_of(const std::function<void(std::function<void()> begin)>& body);

// Each moves so many frames of so many bytes and gives the seconds that it took.
double raw_copy(std::uint64_t frame_bytes, unsigned frames);
struct BusCase {
    bool analytic = true;
    std::uint64_t burst = 64;  ///< Bytes; on PCI Express the payload of a TLP.
    std::uint64_t frame_bytes = 4'147'200;
    unsigned frames = 50;
};
double bus_writes(const BusCase& bus);
double link_writes(const BusCase& bus);
double per_beat_writes(const BusCase& bus);
/// One register read through bus and card.
double register_read(unsigned reads);

/// What a command has cost, in seconds.
struct Cost {
    double wall;       ///< By the clock on the wall.
    double processor;  ///< Of all its processes.
};
/// The sweep in a file of this folder, which has 200 points, on so many workers.
Cost sweep_cost(const std::string& file, unsigned jobs);
/// A report of 10,000 points that nobody has run.
Cost report_cost();
/// Of those that have ended.
double childrens_processor_seconds();

}  // namespace ghostcard::bench
