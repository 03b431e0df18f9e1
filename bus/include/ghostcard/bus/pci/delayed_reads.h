// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>
#include <ghostcard/bus/pci/target.h>

#include <map>

namespace ghostcard::bus::pci {

/// Delayed read transactions of a bridge (PCI 2.3, 3.3.3.3): the first attempt is retried while the bridge fetches what
/// was asked for, up to the end of a block; the master's repetition finds it. One for each master at a time.
class DelayedReads {
public:
    /// block: bytes, a power of two; discard: how long a completion waits for its master (PCI 2.3, 3.3.3.3.3: 2^15
    /// clocks). A latency of 0 answers at once.
    DelayedReads(Duration latency, std::uint64_t block, Duration discard)
        : latency_(latency), block_(block), discard_(discard) {}

    /// Whether the phase can be transferred; if not it must be stopped.
    bool ready(const Access& phase, Duration at);

private:
    struct Block {
        BusAddress next;  ///< The first byte that has not been handed out.
        BusAddress end;
        Duration ready_at;
    };

    const Duration latency_;
    const std::uint64_t block_;
    const Duration discard_;
    std::map<RequesterId, Block> blocks_;
};

}  // namespace ghostcard::bus::pci
