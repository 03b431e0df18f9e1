// SPDX-License-Identifier: MIT
#include "memory_level.h"

namespace ghostcard::scenarios::trace {

void MemoryLevel::frame_begins(const model::Frame& frame, const model::FrameLayout& layout, Duration at) {
    show_until(at);
    others_ += arrived(at);
    arriving_ = Arriving{{frame.number, frame.first_clock, {}}, layout};
    arriving_->line_end = end_of_line();
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
    while (arriving_->line_end < at) {
        const std::uint64_t bytes = arriving_->bytes_at(arriving_->line + 1, video_.raster());
        if (window_.contains(arriving_->line_end)) counter_.add(arriving_->line_end, others_ + bytes);
        ++arriving_->line;
        arriving_->line_end = end_of_line();
    }
}

Duration MemoryLevel::end_of_line() const {
    const model::Raster& raster = video_.raster();
    if (arriving_->line == raster.height) return Duration::max();
    return video_.arrival(arriving_->frame, arriving_->layout, arriving_->bytes_at(arriving_->line + 1, raster));
}

void MemoryLevel::show(Duration at) {
    if (window_.contains(at)) counter_.add(at, others_ + arrived(at));
}

}  // namespace ghostcard::scenarios::trace
