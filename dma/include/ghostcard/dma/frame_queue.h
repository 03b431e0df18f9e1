// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// What a driver tells of the frame in a buffer.
struct FrameHeader {
    std::uint64_t sequence = 0;         ///< Number of the frame since the start, lost ones included.
    std::optional<Duration> timestamp;  ///< Card time at the frame's first pixel, if the driver could learn it.
    std::uint64_t bytes_used = 0;       ///< Of the buffer; 0: it comes back without a frame.
    bool discontinuity = false;         ///< Something was lost between the previous delivered frame and this one.
    std::uint32_t card_frame = 0;       ///< FRAME_COUNT when the card had finished it.
};

/// A buffer on its way back to the consumer.
struct Frame {
    std::span<std::byte> buffer;
    FrameHeader header;
};

/// Between a driver and the consumer of its frames (AVStream: the pin's queue; V4L2: the buffer ring). Empty buffers go
/// to the driver in the order in which they were queued, frames to the consumer in the order of their completion.
///
/// Each call leaves the queue consistent before anybody is notified, so consumer and driver may call it while the other
/// is in the midst of its work: what the driver has taken belongs to the driver until it completes it.
class FrameQueue {
public:
    // The consumer's side.

    /// Lends the driver an empty buffer, which must live until it is received.
    void queue(std::span<std::byte> buffer) { empty_.push_back(buffer); }
    /// The oldest buffer that has come back; nothing if none has.
    std::optional<Frame> receive();
    /// Called after buffers have come back; it may call any function of the queue.
    void on_return(std::function<void()> listener) { listener_ = std::move(listener); }

    // The driver's side.

    /// The oldest empty buffer, which is the driver's until it completes it; nothing if there is none: starvation.
    std::optional<std::span<std::byte>> take();
    /// Gives a taken buffer back. Throws std::logic_error for any other.
    void complete(std::span<std::byte> buffer, const FrameHeader& header);
    /// The stream has ended: gives all empty buffers back without a frame.
    void cancel();

    std::size_t empty_buffers() const { return empty_.size(); }
    std::size_t taken_buffers() const { return taken_.size(); }
    std::size_t returned_buffers() const { return returned_.size(); }

private:
    void notify() const {
        if (listener_) listener_();
    }

    std::deque<std::span<std::byte>> empty_;
    std::vector<std::span<std::byte>> taken_;
    std::deque<Frame> returned_;
    std::function<void()> listener_;
};

}  // namespace ghostcard::dma
