// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

namespace ghostcard::bus::pci {

/// The stretch of simulated time that a trace covers.
struct TraceWindow {
    Duration from{};
    Duration to = Duration::max();

    bool contains(Duration instant) const { return instant >= from && instant <= to; }
    /// Whether something that lasts from begin to end is seen.
    bool shows(Duration begin, Duration end) const { return begin <= to && end >= from; }
};

}  // namespace ghostcard::bus::pci
