// SPDX-License-Identifier: MIT
#include <ghostcard/bus/posted_writes.h>

#include <algorithm>
#include <cstring>

namespace ghostcard::bus {

void PostedWrites::post(std::byte* memory, std::span<const std::byte> data, Duration visible_at) {
    Write& write = writes_.emplace_back(Write{memory, {}, data.size(), visible_at});
    std::copy(data.begin(), data.end(), write.data.begin());
}

void PostedWrites::settle(Duration now) {
    while (!writes_.empty() && writes_.front().visible_at <= now) {
        const Write& write = writes_.front();
        std::memcpy(write.memory, write.data.data(), write.size);
        writes_.pop_front();
    }
}

}  // namespace ghostcard::bus
