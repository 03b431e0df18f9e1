// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>
#include <ghostcard/bus/dma_memory.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace ghostcard::bus {

/// Writes that the host has accepted and memory does not show yet, oldest first. Each becomes visible at an instant
/// of its own; nothing happens at that instant, whoever is about to look calls settle() first.
class PostedWrites {
public:
    /// `visible_at` never lies before that of an earlier write. memory and data are of one size.
    void post(std::span<std::byte> memory, std::span<const std::byte> data, Duration visible_at);
    /// Lets memory show everything that is visible by then, and tells the host, whose memory it is.
    void settle(Duration now, DmaMemory& host);

    /// Bytes that memory does not show yet.
    std::uint64_t pending() const { return bytes_.size() - settled_bytes_; }
    /// When there are no more than so many of them, if nothing is added.
    Duration pending_at_most(std::uint64_t bytes) const;

private:
    struct Write {
        std::span<std::byte> memory;
        Duration visible_at;
    };

    std::deque<Write> writes_;
    std::vector<std::byte> bytes_;   ///< What they write, one after the other...
    std::size_t settled_bytes_ = 0;  ///< ...but for those at the front that have become visible.
};

}  // namespace ghostcard::bus
