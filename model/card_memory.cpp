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

void CardMemory::available_at_each(std::uint64_t bytes, std::uint64_t step, std::span<Duration> instants) const {
    const Entry& oldest = entries_.front();
    FrameLayout::Arrival arrival(oldest.layout, oldest.taken + bytes);
    for (Duration& instant : instants) {
        instant = video_.instant_of(oldest.frame, arrival);
        arrival.add(step);
    }
}

void CardMemory::take(std::uint64_t bytes, Duration at) {
    high_water(at);
    entries_.front().taken += bytes;
}

/// A look at the level before each of them would cost most of the time of a run: whether it could have been higher
/// than ever tells the instant at which so many bytes will have arrived.
void CardMemory::take_at_each(std::uint64_t bytes, std::span<const Duration> instants) {
    for (std::size_t i = 0; i < instants.size();) {
        take(bytes, instants[i++]);
        const Entry& arriving = entries_.back();
        FrameLayout::Arrival higher(arriving.layout, bytes_beyond(high_water_));
        for (; i < instants.size() && video_.is_before(instants[i], arriving.frame, higher); ++i) {
            entries_.front().taken += bytes;
            higher.add(bytes);
        }
    }
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

/// How many of the arriving frame's bytes make the level higher than that, if nothing is taken before.
std::uint64_t CardMemory::bytes_beyond(std::uint64_t level) const {
    const Entry& arriving = entries_.back();
    std::uint64_t older = 0;  // which have arrived whole
    for (const Entry& entry : entries_)
        if (&entry != &arriving) older += entry.layout.stream_bytes() - entry.taken;
    return arriving.taken + (level - std::min(level, older)) + 1;
}

std::optional<Duration> CardMemory::overflow_at() const {
    if (entries_.empty()) return std::nullopt;
    const Entry& arriving = entries_.back();
    const std::uint64_t first_too_many = bytes_beyond(capacity_);
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
