// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/model/video/frame_layout.h>
#include <ghostcard/model/video/frame_source.h>
#include <ghostcard/model/video/picture.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace ghostcard::model {

/// A frame on its way through the card.
struct Frame {
    std::uint64_t number = 0;       ///< Of the pictures that the signal has shown, from 0.
    std::uint64_t first_clock = 0;  ///< The signal's pixel clock at its first pixel.
    Picture picture;                ///< In the card's format, lines adjacent.
};

/// The video signal: sync runs from the beginning of time, a new picture comes with each frame that is captured. Time
/// and bytes convert into each other in closed form; nothing happens per pixel.
class VideoInput {
public:
    /// limit: how many pictures the signal shows before it ends; no more than its source has. Without pictures all
    /// frames are black, at no cost, and nothing else is different.
    VideoInput(VideoSignal signal, std::uint64_t seed, std::optional<std::uint64_t> limit, bool has_pictures = true);

    const Raster& raster() const { return signal_.raster; }
    /// Whether the signal has not ended and can be had in this format.
    bool present(registers::PixelFormat format) const { return !ended() && signal_.source->supports(format); }
    bool ended() const { return limit_ && next_ >= *limit_; }
    std::uint64_t shown() const { return next_; }
    /// The first picture comes next, even if the signal had ended.
    void rewind() { next_ = 0; }

    /// From now on pictures come from the signal (off) or from the card's own generator.
    void select(registers::Pattern pattern);

    /// When the first frame begins at or after this instant.
    Duration next_frame_begin(Duration from) const;
    /// The picture of the frame that begins now; not after the signal has ended.
    Frame begin_frame(Duration now, registers::PixelFormat format);

    /// How much of the frame's stream has arrived, and when so much of it will have (1 to all bytes).
    std::uint64_t arrived(const Frame& frame, const FrameLayout& layout, Duration now) const;
    Duration arrival(const Frame& frame, const FrameLayout& layout, std::uint64_t bytes) const {
        return clock_.instant_of(frame.first_clock + layout.clocks_until(bytes));
    }
    /// The same of bytes that grow.
    Duration instant_of(const Frame& frame, const FrameLayout::Arrival& arrival) const {
        return clock_.instant_of(frame.first_clock + arrival.clocks());
    }
    /// Whether that is later.
    bool is_before(Duration instant, const Frame& frame, const FrameLayout::Arrival& arrival) const {
        return clock_.is_before(instant, frame.first_clock + arrival.clocks());
    }

private:
    Picture picture(std::uint64_t number, registers::PixelFormat format);

    VideoSignal signal_;
    PixelClock clock_;
    std::uint64_t seed_;
    std::unique_ptr<FrameSource> generator_;  ///< Null: the signal.
    std::optional<std::uint64_t> limit_;
    bool has_pictures_;
    Picture black_;  ///< The last one, if there are no others.
    std::uint64_t next_ = 0;
};

}  // namespace ghostcard::model
