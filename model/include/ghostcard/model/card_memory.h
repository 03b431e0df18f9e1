// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/model/video_input.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <span>

namespace ghostcard::model {

/// The memory between video input and DMA engine: a FIFO of frames of which the last may still be arriving. It fills at
/// the pace of the signal and is emptied by whole bus transactions. What no longer fits tears its frame: the rest of it
/// is not stored and what is stored of it is thrown away.
class CardMemory {
public:
    /// A frame that is at least partly in memory.
    struct Entry {
        Frame frame;
        FrameLayout layout;
        std::uint64_t taken = 0;  ///< Bytes of the stream that have left.

        bool whole_taken() const { return taken == layout.stream_bytes(); }
    };

    /// video must outlive the memory.
    CardMemory(std::uint64_t capacity, const VideoInput& video) : capacity_(capacity), video_(video) {}

    /// The frame that arrives from now on.
    void begin(Frame frame, const FrameLayout& layout, Duration now);
    /// The oldest frame, or null.
    Entry* front() { return entries_.empty() ? nullptr : &entries_.front(); }
    /// Bytes of the oldest frame that can be taken now; there must be one.
    std::uint64_t available(Duration now) const;
    /// When `bytes` more of the oldest frame can be taken; at most what it still has to give.
    Duration available_at(std::uint64_t bytes) const;
    /// The same for as many numbers of bytes as there are instants, each larger by a step.
    void available_at_each(std::uint64_t bytes, std::uint64_t step, std::span<Duration> instants) const;
    /// So many bytes of the oldest frame left at that instant; they must have been available.
    void take(std::uint64_t bytes, Duration at);
    /// The same at each of these instants.
    void take_at_each(std::uint64_t bytes, std::span<const Duration> instants);
    /// The oldest frame has been taken whole.
    void pop() { entries_.pop_front(); }

    /// The instant at which the memory will have overflowed if nothing is taken before; nothing if it will not.
    std::optional<Duration> overflow_at() const;
    /// Tears the arriving frame if the memory overflowed before that instant, up to which all takes are known. True if
    /// it did.
    bool tear_if_overflowed(Duration before);
    void clear() { entries_.clear(); }

    std::uint64_t capacity() const { return capacity_; }
    std::uint64_t level(Duration now) const;
    std::uint64_t high_water(Duration now);
    void reset_high_water() { high_water_ = 0; }

private:
    std::uint64_t stored(const Entry& entry, Duration now) const;
    std::uint64_t bytes_beyond(std::uint64_t level) const;

    std::uint64_t capacity_;
    const VideoInput& video_;
    std::deque<Entry> entries_;
    std::uint64_t high_water_ = 0;
};

}  // namespace ghostcard::model
