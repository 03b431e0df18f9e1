// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/latency.h>
#include <ghostcard/base/units.h>

namespace ghostcard::platform {

/// The simulated CPU that runs driver code.
struct CpuSettings {
    BytesPerSecond copy_bandwidth{8'000'000'000};  ///< Of memcpy between cold buffers (1 MB/s to 1 TB/s).
    Duration interrupt_latency =
        microseconds(2);  ///< From the interrupt's arrival to the first instruction of the ISR.
    /// From queueing a DPC to its first instruction, drawn for each.
    Latency dpc_latency{.minimum = microseconds(5)};
};

}  // namespace ghostcard::platform
