// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/random.h>
#include <ghostcard/base/time.h>

#include <cstdint>
#include <string_view>

namespace ghostcard {

/// How long something takes, which is not the same each time.
struct Latency {
    Duration minimum{};
    Duration spread{};              ///< Each takes up to so much longer, uniformly.
    unsigned tail_per_million = 0;  ///< So many in a million take...
    Duration tail{};                ///< ...up to so much longer still, uniformly.
    std::uint64_t seed = 1;
};

/// Draws one latency after the other.
class LatencySource {
public:
    /// stream: the name of its random numbers.
    LatencySource(const Latency& settings, std::string_view stream)
        : settings_(settings), random_(settings.seed, stream) {}

    Duration next() {
        Duration latency = settings_.minimum + up_to(settings_.spread);
        if (settings_.tail_per_million != 0 && random_.below(1'000'000) < settings_.tail_per_million)
            latency += up_to(settings_.tail);
        return latency;
    }

private:
    Duration up_to(Duration most) {
        if (most == Duration::zero()) return most;
        return Duration(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count()) + 1)));
    }

    const Latency settings_;
    Random random_;
};

}  // namespace ghostcard
