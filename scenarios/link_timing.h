// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/timing.h>

namespace ghostcard::scenarios {

/// measure_timing() on PCI Express: bursts of each size in a row, enough of them for the answer to settle. Of a burst:
/// its TLPs, and on average the bytes on the wire that the card sends and receives, DLLPs included, and the time.
TimingResult measure_link_timing(const Scenario& scenario, const TimingRequest& request);

}  // namespace ghostcard::scenarios
