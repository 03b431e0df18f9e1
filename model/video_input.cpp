// SPDX-License-Identifier: MIT
#include <ghostcard/model/video_input.h>

#include <algorithm>
#include <utility>

namespace ghostcard::model {

VideoInput::VideoInput(VideoSignal signal, std::uint64_t seed, std::optional<std::uint64_t> limit, bool has_pictures)
    : signal_(std::move(signal)),
      clock_(raster().pixel_clock()),
      seed_(seed),
      limit_(limit),
      has_pictures_(has_pictures) {
    if (const auto available = signal_.source->frames()) limit_ = std::min(limit_.value_or(*available), *available);
}

void VideoInput::select(registers::Pattern pattern) {
    generator_ = pattern == registers::Pattern::off ? nullptr : make_pattern_source(pattern, raster(), seed_);
}

Duration VideoInput::next_frame_begin(Duration from) const {
    const std::uint64_t frame_clocks = raster().frame_clocks();
    std::uint64_t frame = clock_.clocks_at(from) / frame_clocks;
    while (clock_.instant_of(frame * frame_clocks) < from) ++frame;
    return clock_.instant_of(frame * frame_clocks);
}

Frame VideoInput::begin_frame(Duration now, registers::PixelFormat format) {
    const std::uint64_t number = next_++;
    return {number, clock_.clocks_at(now), picture(number, format)};
}

Picture VideoInput::picture(std::uint64_t number, registers::PixelFormat format) {
    if (has_pictures_) {
        FrameSource& source = generator_ ? *generator_ : *signal_.source;
        return Picture(source.frame(number, format));
    }
    const std::uint64_t bytes =
        registers::frame_bytes(format, raster().height, registers::line_bytes(format, raster().width));
    if (black_.bytes().size() != bytes) black_ = Picture::zeros(bytes);
    return black_;
}

std::uint64_t VideoInput::arrived(const Frame& frame, const FrameLayout& layout, Duration now) const {
    return layout.arrived(clock_.clocks_at(now) - frame.first_clock);
}

}  // namespace ghostcard::model
