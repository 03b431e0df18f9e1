// SPDX-License-Identifier: MIT
#include <ghostcard/bus/posted_writes.h>

#include <cstring>

namespace ghostcard::bus {

void PostedWrites::post(std::span<std::byte> memory, std::span<const std::byte> data, Duration visible_at) {
    writes_.push_back({memory, visible_at});
    bytes_.insert(bytes_.end(), data.begin(), data.end());
}

void PostedWrites::settle(Duration now, DmaMemory& host) {
    while (!writes_.empty() && writes_.front().visible_at <= now) {
        const std::span<std::byte> memory = writes_.front().memory;
        std::memcpy(memory.data(), bytes_.data() + settled_bytes_, memory.size());
        host.written(memory);
        settled_bytes_ += memory.size();
        writes_.pop_front();
    }
    if (2 * settled_bytes_ < bytes_.size()) return;  // moves each byte once at the most
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(settled_bytes_));
    settled_bytes_ = 0;
}

Duration PostedWrites::pending_at_most(std::uint64_t bytes) const {
    std::uint64_t left = pending();
    Duration at{};
    for (const Write& write : writes_) {
        if (left <= bytes) break;
        left -= write.memory.size();
        at = write.visible_at;
    }
    return at;
}

}  // namespace ghostcard::bus
