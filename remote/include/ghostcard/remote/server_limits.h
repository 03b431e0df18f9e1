// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace ghostcard::remote {

/// What a client may cost before it is dropped.
struct ServerLimits {
    /// From its connection to its VERSION.
    std::chrono::milliseconds version{5'000};
    /// From a DMA request to its answer. QEMU answers from its main loop, which may be busy for seconds.
    std::chrono::milliseconds dma_answer{10'000};
    /// Bytes that are ready for it and that it has not read: at least those of one request and of the DMA in flight.
    std::uint64_t unread{32 << 20};
};

}  // namespace ghostcard::remote
