// SPDX-License-Identifier: MIT
#include <ghostcard/dma/frame_queue.h>

#include <algorithm>
#include <stdexcept>

namespace ghostcard::dma {

std::optional<Frame> FrameQueue::receive() {
    if (returned_.empty()) return std::nullopt;
    const Frame frame = returned_.front();
    returned_.pop_front();
    return frame;
}

std::optional<std::span<std::byte>> FrameQueue::take() {
    if (empty_.empty()) return std::nullopt;
    const auto buffer = empty_.front();
    empty_.pop_front();
    taken_.push_back(buffer);
    return buffer;
}

void FrameQueue::complete(std::span<std::byte> buffer, const FrameHeader& header) {
    const auto taken = std::ranges::find(taken_, buffer.data(), &std::span<std::byte>::data);
    if (taken == taken_.end()) throw std::logic_error("completing a frame buffer that was not taken");
    returned_.push_back({*taken, header});
    taken_.erase(taken);
    notify();
}

void FrameQueue::cancel() {
    if (empty_.empty()) return;
    for (const auto buffer : empty_) returned_.push_back({buffer, {}});
    empty_.clear();
    notify();
}

}  // namespace ghostcard::dma
