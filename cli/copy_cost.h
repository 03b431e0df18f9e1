// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/units.h>

#include <chrono>

namespace ghostcard::cli {

/// What is to be copied on the machine at hand.
struct CopyCostRequest {
    Bytes frame{4'147'200};                ///< 1 B to 1 GiB.
    BytesPerSecond rate{200'000'000};      ///< Frames begin so often that this is their rate.
    unsigned frames = 64;                  ///< In the ring of either side: enough for no frame to be in a cache.
    std::chrono::milliseconds time{2000};  ///< How long to copy.
};

struct CopyCost {
    unsigned frames = 0;            ///< Copied.
    double bytes_per_second = 0;    ///< While copying.
    double share_of_processor = 0;  ///< Of the processor's time at the asked rate.
    double achieved_rate = 0;       ///< Bytes per second; below the asked rate if the machine is too slow.
};

/// Copies cold frames at their rate and measures what that takes.
CopyCost measure_copy_cost(const CopyCostRequest& request);

}  // namespace ghostcard::cli
