// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/random.h>
#include <ghostcard/bus/pcie/pcie_settings.h>

#include <cstdint>

namespace ghostcard::bus::pcie {

/// Draws the latency of one read after the other.
class ReadLatencySource {
public:
    explicit ReadLatencySource(const ReadLatency& settings)
        : settings_(settings), random_(settings.seed, "read latency") {}

    /// Whether all are the same.
    bool constant() const { return settings_.spread == Duration::zero() && settings_.tail_per_million == 0; }
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

    const ReadLatency settings_;
    Random random_;
};

}  // namespace ghostcard::bus::pcie
