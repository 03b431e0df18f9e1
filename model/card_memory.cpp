// SPDX-License-Identifier: MIT
#include <ghostcard/model/card_memory.h>

#include <algorithm>
#include <utility>

namespace ghostcard::model {

void CardMemory::begin(Frame frame, const FrameLayout& layout, Duration now) {
    high_water(now);
    entries_.push_back({std::move(frame), layout});
}

std::uint64_t CardMemory::stored(const Entry& entry, Duration now) const {
    return video_.arrived(entry.frame, entry.layout, now) - entry.taken;
}

std::uint64_t CardMemory::available(Duration now) const { return stored(entries_.front(), now); }

Duration CardMemory::available_at(std::uint64_t bytes) const {
    const Entry& oldest = entries_.front();
    return video_.arrival(oldest.frame, oldest.layout, oldest.taken + bytes);
}

void CardMemory::take(std::uint64_t bytes, Duration at) {
    high_water(at);
    entries_.front().taken += bytes;
}

std::uint64_t CardMemory::level(Duration now) const {
    std::uint64_t level = 0;
    for (const Entry& entry : entries_) level += stored(entry, now);
    return level;
}

std::uint64_t CardMemory::high_water(Duration now) {
    high_water_ = std::max(high_water_, std::min(level(now), capacity_));
    return high_water_;
}

std::optional<Duration> CardMemory::overflow_at() const {
    if (entries_.empty()) return std::nullopt;
    const Entry& arriving = entries_.back();
    std::uint64_t older = 0;  // which have arrived whole
    for (const Entry& entry : entries_)
        if (&entry != &arriving) older += entry.layout.stream_bytes() - entry.taken;
    const std::uint64_t room = capacity_ - std::min(capacity_, older);
    const std::uint64_t first_too_many = arriving.taken + room + 1;
    if (first_too_many > arriving.layout.stream_bytes()) return std::nullopt;
    return video_.arrival(arriving.frame, arriving.layout, first_too_many);
}

bool CardMemory::tear_if_overflowed(Duration before) {
    const auto overflow = overflow_at();
    if (!overflow || *overflow >= before) return false;
    high_water(*overflow);
    entries_.pop_back();
    return true;
}

}  // namespace ghostcard::model
