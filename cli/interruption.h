// SPDX-License-Identifier: MIT
#pragma once

namespace ghostcard::cli {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP does not end the process but asks for an orderly end; the second
/// ends it as ever. There may be one at a time.
class Interruption {
public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    bool is_requested() const;
};

/// Ends the process as the signal that was caught would have ended it, which is what a shell expects of Ctrl-C.
[[noreturn]] void end_by_caught_signal();

}  // namespace ghostcard::cli
