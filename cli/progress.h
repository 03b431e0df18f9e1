// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ghostcard::cli {

/// How much is done, at which rate, and the time left, on one line of standard error that goes when all is done. Silent
/// unless that is a terminal.
class Progress {
public:
    Progress(bool is_wanted, std::string_view unit);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// total: 0 if nobody knows.
    void show(std::uint64_t done, std::uint64_t total);

private:
    bool is_shown_;
    std::string_view unit_;
    std::optional<std::uint64_t> first_done_;  ///< What was done before this began.
    std::chrono::steady_clock::time_point begin_, next_;
};

}  // namespace ghostcard::cli
