// SPDX-License-Identifier: MIT
#include <ghostcard/model/video_input.h>

#include <algorithm>
#include <utility>

namespace ghostcard::model {

VideoInput::VideoInput(VideoSignal signal, std::uint64_t seed, std::optional<std::uint64_t> limit, bool has_pictures)
    : signal_(std::move(signal)), seed_(seed), limit_(limit), has_pictures_(has_pictures) {
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
    const std::uint64_t number = next_++;
    return {number, raster().clocks_at(now), picture(number, format)};
}

std::shared_ptr<std::vector<std::byte>> VideoInput::picture(std::uint64_t number, registers::PixelFormat format) {
    if (has_pictures_) {
        FrameSource& source = generator_ ? *generator_ : *signal_.source;
        return std::make_shared<std::vector<std::byte>>(source.frame(number, format));
    }
    const std::uint64_t bytes =
        registers::frame_bytes(format, raster().height, registers::line_bytes(format, raster().width));
    if (!black_ || black_->size() != bytes) black_ = std::make_shared<std::vector<std::byte>>(bytes);
    return black_;
}

std::uint64_t VideoInput::arrived(const Frame& frame, const FrameLayout& layout, Duration now) const {
    return layout.arrived(raster().clocks_at(now) - frame.first_clock);
}

Duration VideoInput::arrival(const Frame& frame, const FrameLayout& layout, std::uint64_t bytes) const {
    return raster().instant_of(frame.first_clock + layout.clocks_until(bytes));
}

}  // namespace ghostcard::model
