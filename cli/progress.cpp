// SPDX-License-Identifier: MIT
#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace ghostcard::cli {

namespace {
constexpr std::string_view clear_line = "\r\x1b[K";
constexpr auto pause = std::chrono::milliseconds(100);
constexpr auto settled = std::chrono::milliseconds(500);  // from then on a rate means something
}  // namespace

Progress::Progress(bool is_wanted, std::string_view unit)
    : is_shown_(is_wanted && isatty(STDERR_FILENO) != 0), unit_(unit), begin_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
    if (is_shown_) std::fputs(clear_line.data(), stderr);
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_shown_ || (now < next_ && done < total)) return;
    next_ = now + pause;
    if (!first_done_) first_done_ = done;
    fmt::print(stderr, "{}{}", clear_line, done);
    if (total != 0) fmt::print(stderr, " of {}", total);
    fmt::print(stderr, " {}", unit_);
    const std::chrono::duration<double> time = now - begin_;
    const double rate = static_cast<double>(done - *first_done_) / time.count();
    if (time >= settled && rate > 0) {
        fmt::print(stderr, ", {:.{}f} a second", rate, rate < 10 ? 1 : 0);
        if (total > done) fmt::print(stderr, ", {:.0f} s left", static_cast<double>(total - done) / rate);
    }
}

}  // namespace ghostcard::cli
