// SPDX-License-Identifier: MIT
#include <ghostcard/dma/frame_queue.h>

#include <algorithm>
#include <stdexcept>

namespace ghostcard::dma {

void FrameQueue::queue(std::span<std::byte> buffer) {
    lent_[++next_irp_] = {buffer, {}};
    stream_.send(next_irp_, {{buffer, {}}});
}

std::optional<Frame> FrameQueue::receive() {
    if (returned_.empty()) return std::nullopt;
    const Frame frame = returned_.front();
    returned_.pop_front();
    return frame;
}

std::optional<std::span<std::byte>> FrameQueue::take() {
    StreamQueue::Pointer* const lead = stream_.leading_edge();
    if (lead == nullptr) return std::nullopt;
    StreamQueue::Pointer& clone = stream_.clone(*lead);
    const auto buffer = stream_.bytes(clone);
    taken_.emplace(buffer.data(), &clone);
    stream_.unlock(clone);
    stream_.unlock(*lead, true);
    return buffer;
}

void FrameQueue::complete(std::span<std::byte> buffer, const FrameHeader& header) {
    const auto taken = taken_.extract(buffer.data());
    if (taken.empty()) throw std::logic_error("completing a frame buffer that was not taken");
    const auto held =
        std::ranges::find(lent_, buffer.data(), [](const auto& lent) { return lent.second.buffer.data(); });
    held->second.header = header;
    if (header.bytes_used > 0) {
        if (header.sequence > next_sequence_) pin_.frames_lost(header.sequence - next_sequence_);
        next_sequence_ = header.sequence + 1;
        StreamHeader& stream = stream_.header(*taken.mapped());
        pin_.fill(stream, header.bytes_used, header.timestamp);
        stream.data_discontinuity = header.discontinuity;
    }
    stream_.remove(*taken.mapped());
    collect();
}

void FrameQueue::cancel() {
    set_state(PinState::stop);
    set_state(PinState::run);
    next_sequence_ = 0;
    collect();
}

/// By way of all states between.
void FrameQueue::set_state(PinState state) {
    const int step = pin_.state() < state ? 1 : -1;
    while (pin_.state() != state) (void)pin_.set_state(static_cast<PinState>(static_cast<int>(pin_.state()) + step));
}

/// IRPs that have come back go to the consumer.
void FrameQueue::collect() {
    const auto done = stream_.take_completions();
    for (const StreamQueue::Completion& each : done) {
        Frame frame = lent_.extract(each.irp).mapped();
        frame.stream = each.headers.at(0);
        returned_.push_back(frame);
    }
    if (!done.empty()) notify();
}

}  // namespace ghostcard::dma
