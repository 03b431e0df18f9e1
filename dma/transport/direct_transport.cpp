// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/dma/driver_status.h>

#include <algorithm>

#include "transports.h"

namespace ghostcard::dma {

DirectTransport::~DirectTransport() {
    for (const auto& [id, buffer] : mapped_) {
        unmap(buffer);
        kept_.push_back(buffer);
    }
    for (const auto buffer : kept_) ports_.queue.complete(buffer, {});
}

void DirectTransport::prepare(std::uint64_t frame_bytes, const DmaConstraints&) {
    frame_bytes_ = frame_bytes;
    if (ports_.frames == nullptr) throw DriverFailure(DriverStatus::not_mappable, "the host maps no frame buffers");
}

/// Which may cost the host a copy.
void DirectTransport::unmap(std::span<std::byte> buffer) {
    const Duration before = ports_.clock.now();
    if (ports_.frames->unmap(buffer) != DmaError::none) note_("a frame buffer could not be unmapped");
    statistics_.copy_time += ports_.clock.now() - before;
}

/// The oldest empty buffer that holds a frame.
std::optional<std::span<std::byte>> DirectTransport::next_buffer() {
    if (!kept_.empty()) {
        const auto buffer = kept_.back();
        kept_.pop_back();
        return buffer;
    }
    auto buffer = ports_.queue.take();
    while (buffer && buffer->size() < frame_bytes_) {  // a buffer that is too small is none
        ports_.queue.complete(*buffer, {});
        buffer = ports_.queue.take();
    }
    return buffer;
}

std::optional<FramePlace> DirectTransport::place() {
    const auto buffer = next_buffer();
    if (!buffer) return std::nullopt;
    const auto frame = buffer->first(frame_bytes_);
    const bool one_run = settings_.strategy == Strategy::packet;
    FramePlace place{next_id_, {}};
    if (const DmaError error = ports_.frames->map(frame, one_run, place.runs); error != DmaError::none) {
        kept_.push_back(*buffer);
        throw DriverFailure(DriverStatus::not_mappable,
                            fmt::format("a frame buffer of {} bytes is not mapped{}: {}", frame_bytes_,
                                        one_run ? " to one bus address" : "", reason(error)));
    }
    mapped_.emplace(next_id_++, frame);
    statistics_.mappings_per_frame = std::max<std::uint64_t>(statistics_.mappings_per_frame, place.runs.size());
    if (settings_.strategy == Strategy::scatter_gather && place.runs.size() > 1)
        throw DriverFailure(DriverStatus::too_many_mappings,
                            fmt::format("a frame has {} mappings, and the card has one descriptor", place.runs.size()));
    if (!std::exchange(told_, true))
        note_(fmt::format("frames go straight into the consumer's buffers, in {} mapping{}", place.runs.size(),
                          place.runs.size() == 1 ? "" : "s"));
    return place;
}

bool DirectTransport::deliver(std::size_t id, const FrameHeader& header) {
    const auto place = mapped_.extract(id);
    unmap(place.mapped());
    ++statistics_.frames;
    ports_.queue.complete(place.mapped(), header);
    return true;
}

void DirectTransport::abandon(std::size_t id) {
    const auto place = mapped_.extract(id);
    unmap(place.mapped());
    kept_.push_back(place.mapped());
}

}  // namespace ghostcard::dma
