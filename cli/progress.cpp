// SPDX-License-Identifier: MIT
#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace ghostcard::cli {

namespace {
constexpr std::string_view clear_line = "\r\x1b[K";
constexpr auto pause = std::chrono::milliseconds(100);
}  // namespace

Progress::Progress(bool is_wanted) : is_shown_(is_wanted && isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
    if (is_shown_) std::fputs(clear_line.data(), stderr);
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_shown_ || (now < next_ && done < total)) return;
    next_ = now + pause;
    fmt::print(stderr, "{}{} of {} frames", clear_line, done, total);
}

}  // namespace ghostcard::cli
