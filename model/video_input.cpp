// SPDX-License-Identifier: MIT
#include <ghostcard/model/video_input.h>

#include <algorithm>
#include <utility>

namespace ghostcard::model {

VideoInput::VideoInput(VideoSignal signal, std::uint64_t seed, std::optional<std::uint64_t> limit)
    : signal_(std::move(signal)), seed_(seed), limit_(limit) {
    if (const auto available = signal_.source->frames()) limit_ = std::min(limit_.value_or(*available), *available);
}

void VideoInput::select(registers::Pattern pattern) {
    generator_ = pattern == registers::Pattern::off ? nullptr : make_pattern_source(pattern, raster(), seed_);
}

Duration VideoInput::next_frame_begin(Duration from) const {
    const std::uint64_t frame_clocks = raster().frame_clocks();
    std::uint64_t frame = raster().clocks_at(from) / frame_clocks;
    while (raster().instant_of(frame * frame_clocks) < from) ++frame;
    return raster().instant_of(frame * frame_clocks);
}

Frame VideoInput::begin_frame(Duration now, registers::PixelFormat format) {
    FrameSource& source = generator_ ? *generator_ : *signal_.source;
    const std::uint64_t number = next_++;
    return {number, raster().clocks_at(now), std::make_shared<std::vector<std::byte>>(source.frame(number, format))};
}

std::uint64_t VideoInput::arrived(const Frame& frame, const FrameLayout& layout, Duration now) const {
    return layout.arrived(raster().clocks_at(now) - frame.first_clock);
}

Duration VideoInput::arrival(const Frame& frame, const FrameLayout& layout, std::uint64_t bytes) const {
    return raster().instant_of(frame.first_clock + layout.clocks_until(bytes));
}

}  // namespace ghostcard::model
