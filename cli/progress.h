// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace ghostcard::cli {

/// Frames done so far, on one line of standard error that goes when the run ends. Silent unless that is a terminal.
class Progress {
public:
    explicit Progress(bool is_wanted);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::uint64_t done, std::uint64_t total);

private:
    bool is_shown_;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace ghostcard::cli
