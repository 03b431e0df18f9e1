// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <array>
#include <cstddef>
#include <deque>
#include <span>

namespace ghostcard::bus {

/// Writes that the bridge has accepted and memory does not show yet, oldest first. Each becomes visible at an instant
/// of its own; nothing happens at that instant, whoever is about to look calls settle() first.
class PostedWrites {
public:
    /// At most 8 bytes; `visible_at` never lies before that of an earlier write.
    void post(std::byte* memory, std::span<const std::byte> data, Duration visible_at);
    /// Lets memory show everything that is visible by now.
    void settle(Duration now);

    bool empty() const { return writes_.empty(); }
    std::size_t size() const { return writes_.size(); }
    /// When the youngest write becomes visible; only if not empty.
    Duration last_visible_at() const { return writes_.back().visible_at; }

private:
    struct Write {
        std::byte* memory;
        std::array<std::byte, 8> data;
        std::size_t size;
        Duration visible_at;
    };

    std::deque<Write> writes_;
};

}  // namespace ghostcard::bus
