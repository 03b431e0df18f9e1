// SPDX-License-Identifier: MIT
#include "frame_books.h"

#include <xxhash.h>

namespace ghostcard::scenarios {

std::uint64_t FrameBooks::hash_of(std::span<const std::byte> bytes) const {
    return compares_ ? XXH3_64bits(bytes.data(), bytes.size()) : 0;
}

void FrameBooks::frame_begins(const model::Frame& frame, const model::FrameLayout&, Duration last_pixel) {
    ++totals_.produced;
    shown_[frame.number] = {hash_of(frame.picture.bytes()), last_pixel};
}

void FrameBooks::frame_dropped(std::uint64_t number) {
    ++totals_.dropped;
    shown_.erase(number);
    changed_.notify(sc_core::SC_ZERO_TIME);
}

void FrameBooks::frame_finished(std::uint64_t number) { finished_[++finished_count_] = number; }

void FrameBooks::delivered(const dma::Frame& frame, Duration now) {
    ++totals_.delivered;
    stream_.picture_number = frame.stream.picture_number;
    stream_.drop_count = frame.stream.drop_count;
    stream_.discontinuities += frame.stream.data_discontinuity ? 1 : 0;
    changed_.notify(sc_core::SC_ZERO_TIME);
    const auto finished = finished_.find(frame.header.card_frame);
    const auto shown = finished == finished_.end() ? shown_.end() : shown_.find(finished->second);
    if (shown == shown_.end() || hash_of(frame.buffer.first(frame.header.bytes_used)) != shown->second.hash) {
        ++totals_.corrupt;
        return;
    }
    ++latencies_[(now - shown->second.last_pixel).count()];
    shown_.erase(shown);
    finished_.erase(finished);
}

}  // namespace ghostcard::scenarios
