// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/dma/buffer_layout.h>
#include <ghostcard/dma/driver_status.h>

#include <cstring>

#include "transports.h"

namespace ghostcard::dma {

CommonBufferTransport::~CommonBufferTransport() {
    if (!buffer_.bytes.empty() && ports_.dma.free_common_buffer(buffer_) != DmaError::none)
        note_("the common buffer could not be freed");
}

void CommonBufferTransport::prepare(std::uint64_t frame_bytes, const DmaConstraints& demands) {
    frame_bytes_ = frame_bytes;
    DmaConstraints constraints = demands;
    if (settings_.alignment.count != 0) constraints.alignment = settings_.alignment.count;
    const auto layout = BufferLayout::of(frame_bytes_, settings_.buffers, constraints);
    const DmaError error = ports_.dma.allocate_common_buffer(layout.length, layout.constraints, buffer_);
    if (error != DmaError::none)
        throw DriverFailure(DriverStatus::no_common_buffer,
                            fmt::format("no common buffer of {} bytes: {}", layout.length, reason(error)));
    slots_ = layout.frames;
    in_use_.assign(slots_.size(), false);
    base_ = buffer_.bus_address;
    note_(fmt::format("common buffer of {} bytes for {} frames at bus address {:#x}, frames at multiples of {} bytes",
                      layout.length, slots_.size(), base_.value, constraints.alignment));
    if (settings_.strategy != Strategy::physical_address) return;
    const auto physical = ports_.virtual_memory.physical_address(buffer_.bytes.data());
    if (!physical) throw DriverFailure(DriverStatus::no_common_buffer, "the common buffer has no physical address");
    // The mistake that this strategy exists to show: nothing but a DMA adapter may make a bus address.
    base_ = BusAddress{physical->value};
    note_(fmt::format("the card is given the physical address {:#x} instead", base_.value));
}

std::optional<FramePlace> CommonBufferTransport::place() {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const std::size_t slot = (next_ + i) % slots_.size();
        if (in_use_[slot]) continue;
        in_use_[slot] = true;
        next_ = (slot + 1) % slots_.size();
        statistics_.mappings_per_frame = 1;
        return FramePlace{slot, {*BusRange::of(base_ + slots_[slot], frame_bytes_)}};
    }
    return std::nullopt;
}

bool CommonBufferTransport::deliver(std::size_t id, const FrameHeader& header) {
    in_use_[id] = false;
    const auto buffer = ports_.queue.take();
    if (!buffer) return false;
    if (buffer->size() < frame_bytes_) {  // a buffer that is too small is none
        ports_.queue.complete(*buffer, {});
        return false;
    }
    const Duration before = ports_.clock.now();
    ports_.dma.sync_for_cpu(*BusRange::of(buffer_.bus_address + slots_[id], frame_bytes_));
    if (settings_.moves_bytes) std::memcpy(buffer->data(), buffer_.bytes.data() + slots_[id], frame_bytes_);
    ports_.clock.charge_copy(frame_bytes_);
    statistics_.copy_time += ports_.clock.now() - before;
    statistics_.bytes_copied += frame_bytes_;
    ++statistics_.frames;
    ports_.queue.complete(*buffer, header);
    return true;
}

}  // namespace ghostcard::dma
