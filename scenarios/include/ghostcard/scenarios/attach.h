// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/run.h>
#include <ghostcard/scenarios/scenario.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace ghostcard::scenarios {

struct AttachOptions {
    std::filesystem::path socket;
    std::optional<std::filesystem::path> capture;  ///< Y4M of what the consumer received.
    bool share_memory = true;                      ///< False: the card reaches memory by messages only.
    std::function<void(std::uint64_t frames_done, std::uint64_t frames_total)> progress;  ///< May be empty.
    std::function<bool()> is_cancelled;                                                   ///< May be empty.
};

struct AttachResult {
    nlohmann::ordered_json document;
    bool complete = false;  ///< All frames have been delivered.
    std::vector<DriverEvent> driver_log;
};

/// Runs the capture driver of a scenario, in this process and in real time, against a card that somebody serves.
/// video.frames (30 if there is none) is how many frames are wanted. Throws InputError for what the user can mend, a
/// server that refuses or goes away among it, and Cancelled.
AttachResult attach(const Scenario& scenario, const AttachOptions& options);

}  // namespace ghostcard::scenarios
