// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>
#include <ghostcard/dma/stream/capture_pin.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>

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
    StreamHeader stream{};  ///< The same as AVStream tells it.
};

/// Between a driver and the consumer of its frames (V4L2: the buffer ring): AVStream's pin and its queue. Each buffer
/// is an IRP; taking one leaves the leading edge behind it and a clone on it, which goes when it is complete. Empty
/// buffers go to the driver in the order in which they were queued, frames to the consumer in the order of their
/// completion.
///
/// Each call leaves the queue consistent before anybody is notified, so consumer and driver may call it while the other
/// is in the midst of its work: what the driver has taken belongs to the driver until it completes it.
class FrameQueue {
public:
    FrameQueue() { set_state(PinState::run); }
    FrameQueue(const FrameQueue&) = delete;
    FrameQueue& operator=(const FrameQueue&) = delete;

    // The consumer's side.

    /// Lends the driver an empty buffer, which must live until it is received.
    void queue(std::span<std::byte> buffer);
    /// The oldest buffer that has come back; nothing if none has.
    std::optional<Frame> receive();
    /// Called after buffers have come back; it may call any function of the queue.
    void on_return(std::function<void()> listener) { listener_ = std::move(listener); }

    // The driver's side.

    /// The oldest empty buffer, which is the driver's until it completes it; nothing if there is none: starvation.
    std::optional<std::span<std::byte>> take();
    /// Gives a taken buffer back. Throws std::logic_error for any other.
    void complete(std::span<std::byte> buffer, const FrameHeader& header);
    /// The stream has ended: gives all empty buffers back without a frame. What is queued then is for the next one,
    /// which counts from the beginning.
    void cancel();

    std::size_t empty_buffers() const { return stream_.outstanding() - taken_.size(); }
    std::size_t taken_buffers() const { return taken_.size(); }
    std::size_t returned_buffers() const { return returned_.size(); }
    /// The stream's states and counters.
    CapturePin& pin() { return pin_; }

private:
    void set_state(PinState state);
    void collect();
    void notify() const {
        if (listener_) listener_();
    }

    StreamQueue stream_;
    CapturePin pin_{stream_};
    std::uint64_t next_irp_ = 0;
    std::uint64_t next_sequence_ = 0;      ///< Of the frame that follows without a loss.
    std::map<std::uint64_t, Frame> lent_;  ///< By IRP.
    std::map<const std::byte*, StreamQueue::Pointer*> taken_;
    std::deque<Frame> returned_;
    std::function<void()> listener_;
};

}  // namespace ghostcard::dma
