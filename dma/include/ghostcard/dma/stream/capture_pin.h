// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>
#include <ghostcard/dma/stream/stream_queue.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ghostcard::dma {

enum class PinState { stop, acquire, pause, run };

/// The pin of a capture driver that copies each frame out of its common buffer (WDK, "Common-Buffer DMA in AVStream"):
/// states, counters, and headers.
class CapturePin {
public:
    explicit CapturePin(StreamQueue& queue) : queue_(queue) {}

    /// Only to a neighbour, STOP-ACQUIRE-PAUSE-RUN; false for any other step. Leaving PAUSE for ACQUIRE gives all that
    /// is outstanding back with DataUsed 0; PAUSE is entered from there with fresh counters, and from RUN with those it
    /// had.
    bool set_state(PinState state);
    PinState state() const { return state_; }
    /// The device's power. On a wake-up it may come back before the state does, or after.
    void set_power(bool on) { powered_ = on; }
    bool capturing() const { return state_ == PinState::run && powered_; }

    /// Set: frames carry the time of the graph's clock, which began at `start`.
    void assign_clock(Duration start) { clock_start_ = start; }
    /// KS_VIDEOINFOHEADER's AvgTimePerFrame, in 100 ns; 0: unknown.
    void set_average_time_per_frame(std::int64_t time) { average_time_ = time; }

    /// The device has finished a frame. False: it was lost, for lack of a frame in the queue (starvation).
    bool frame_finished(std::span<const std::byte> content, Duration time);

    /// The same for a device that fills frames by itself: so many were lost before the next one...
    void frames_lost(std::uint64_t count);
    /// ...and what the header of one says that has been filled.
    void fill(StreamHeader& header, std::uint64_t bytes, std::optional<Duration> time);

    std::uint64_t picture_number() const { return picture_number_; }  ///< Frames that were attempted.
    std::uint64_t drop_count() const { return drop_count_; }

private:
    StreamQueue& queue_;
    PinState state_ = PinState::stop;
    bool powered_ = true;
    std::optional<Duration> clock_start_;
    std::int64_t average_time_ = 0;
    std::uint64_t picture_number_ = 0;
    std::uint64_t drop_count_ = 0;
    bool discontinuity_ = false;
};

}  // namespace ghostcard::dma
