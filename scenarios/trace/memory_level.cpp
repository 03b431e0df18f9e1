// SPDX-License-Identifier: MIT
#include "memory_level.h"

namespace ghostcard::scenarios::trace {

void MemoryLevel::frame_begins(const model::Frame& frame, const model::FrameLayout& layout, Duration at) {
    show_until(at);
    others_ += arrived(at);
    arriving_ = Arriving{{frame.number, frame.first_clock, {}}, layout};
}

void MemoryLevel::taken(std::uint64_t bytes, Duration at) {
    show_until(at);
    others_ -= bytes;
    show(at);
}

void MemoryLevel::cleared(std::uint64_t left, bool arriving, Duration at) {
    show_until(at);
    if (arriving) arriving_.reset();
    others_ = left - arrived(at);
    show(at);
}

/// Where the window begins, and the ends of lines up to then.
void MemoryLevel::show_until(Duration at) {
    if (at < window_.from) return;
    if (!begun_) {
        begun_ = true;
        show(window_.from);
    }
    if (!arriving_) return;
    const model::Raster& raster = video_.raster();
    for (; arriving_->line < raster.height; ++arriving_->line) {
        const std::uint64_t bytes = arriving_->bytes_at(arriving_->line + 1, raster);
        const Duration end = video_.arrival(arriving_->frame, arriving_->layout, bytes);
        if (end >= at) break;
        if (window_.contains(end)) counter_.add(end, others_ + bytes);
    }
}

void MemoryLevel::show(Duration at) {
    if (window_.contains(at)) counter_.add(at, others_ + arrived(at));
}

}  // namespace ghostcard::scenarios::trace
