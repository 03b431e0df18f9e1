// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>
#include <ghostcard/scenarios/scenario.h>

#include <spdlog/logger.h>

#include <filesystem>
#include <functional>
#include <memory>

namespace ghostcard::scenarios {

/// How far simulated time may fall behind the wall clock before the rest is given up.
inline constexpr Duration pace_debt = milliseconds(100);

/// How simulated time passes while somebody is attached to a served card. While nobody is, it stands.
enum class Pace {
    /// As fast as the client consumes, whatever the wall clock says: while an operation runs of whose end the client
    /// has not been told yet. Otherwise it stands but for the client's accesses, and for polling: each time that a read
    /// finds again what it found before, more of it passes.
    fast,
    /// With the wall clock. A host that falls behind by more than pace_debt loses the rest: video arrives later.
    realtime,
};

struct ServeOptions {
    std::filesystem::path socket;
    Pace pace = Pace::fast;
    std::function<bool()> is_cancelled;  ///< Asked at least ten times a second; true ends serving. May be empty.
};

/// Wires a scenario's card and bus and serves the card on a socket until it is cancelled. Memory and driver are the
/// client's. SystemC elaborates once in a process, and so this may be called once. Throws InputError for what the user
/// can mend.
void serve_scenario(const Scenario& scenario, const ServeOptions& options, std::shared_ptr<spdlog::logger> log);

}  // namespace ghostcard::scenarios
