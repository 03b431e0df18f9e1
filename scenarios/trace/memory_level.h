// SPDX-License-Identifier: MIT
#pragma once

#include "timeline.h"

#include <ghostcard/model/video_input.h>

#include <cstdint>
#include <optional>

namespace ghostcard::scenarios::trace {

/// The level of the card memory, from what arrives (closed form) and what leaves (events in the order of time). Shown
/// whenever something has left and at the end of each line of video.
class MemoryLevel {
public:
    /// All must outlive it.
    MemoryLevel(const model::VideoInput& video, Timeline::Counter& counter, bus::pci::TraceWindow window)
        : video_(video), counter_(counter), window_(window) {}

    void frame_begins(const model::Frame& frame, const model::FrameLayout& layout, Duration at);
    void taken(std::uint64_t bytes, Duration at);
    /// All but so many bytes; `arriving`: nothing more of the last frame comes in.
    void cleared(std::uint64_t left, bool arriving, Duration at);
    void finish(Duration at) { show_until(at); }

private:
    struct Arriving {
        model::Frame frame;
        model::FrameLayout layout;
        std::uint64_t line = 0;  ///< The first one whose end has not been shown...
        Duration line_end{};     ///< ...which is then; max() when all have been.

        std::uint64_t bytes_at(std::uint64_t lines, const model::Raster& raster) const {
            return layout.stream_bytes() / raster.height * lines;
        }
    };

    void show_until(Duration at);
    Duration end_of_line() const;
    void show(Duration at);
    std::uint64_t arrived(Duration at) const {
        return arriving_ ? video_.arrived(arriving_->frame, arriving_->layout, at) : 0;
    }

    const model::VideoInput& video_;
    Timeline::Counter& counter_;
    const bus::pci::TraceWindow window_;
    std::optional<Arriving> arriving_;
    std::uint64_t others_ = 0;  ///< The level but for what has arrived of that frame, modulo 2^64.
    bool begun_ = false;        ///< The window has.
};

}  // namespace ghostcard::scenarios::trace
