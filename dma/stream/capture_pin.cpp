// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stream/capture_pin.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace ghostcard::dma {
namespace {

using StreamTime = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;  // KSTIME's unit here: 100 ns

}  // namespace

bool CapturePin::set_state(PinState state) {
    const int step = static_cast<int>(state) - static_cast<int>(state_);
    if (step != 1 && step != -1) return false;
    if (state_ == PinState::acquire && state == PinState::pause) {
        picture_number_ = drop_count_ = 0;
        discontinuity_ = false;
    }
    if (state_ == PinState::pause && state == PinState::acquire) queue_.flush();
    state_ = state;
    return true;
}

bool CapturePin::frame_finished(std::span<const std::byte> content, Duration time) {
    if (!capturing()) return false;
    StreamQueue::Pointer* const lead = queue_.leading_edge();
    if (lead == nullptr || queue_.bytes(*lead).size() < content.size()) {  // skipped whole; a frame too small is none
        if (lead != nullptr) queue_.unlock(*lead);
        frames_lost(1);
        return false;
    }
    std::memcpy(queue_.bytes(*lead).data(), content.data(), content.size());
    fill(queue_.header(*lead), content.size(), time);
    queue_.unlock(*lead, true);
    return true;
}

void CapturePin::frames_lost(std::uint64_t count) {
    picture_number_ += count;
    drop_count_ += count;
    discontinuity_ = true;
}

void CapturePin::fill(StreamHeader& header, std::uint64_t bytes, std::optional<Duration> time) {
    header.data_used = bytes;
    header.picture_number = ++picture_number_;
    header.drop_count = drop_count_;
    header.data_discontinuity = std::exchange(discontinuity_, false);
    if (clock_start_ && time)
        header.presentation_time = std::chrono::duration_cast<StreamTime>(*time - *clock_start_).count();
    if (average_time_ > 0) header.duration = average_time_;
}

}  // namespace ghostcard::dma
