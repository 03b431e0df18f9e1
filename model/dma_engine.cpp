// SPDX-License-Identifier: MIT
#include <ghostcard/base/dma_constraints.h>
#include <ghostcard/model/dma_engine.h>

#include <algorithm>

namespace ghostcard::model {

using registers::DmaErrorCode;

DmaErrorCode DmaEngine::check(const Descriptor& descriptor, std::uint64_t extent, bool bus_master_enabled) const {
    if (!is_aligned(descriptor.address, settings_.alignment.count)) return DmaErrorCode::alignment;
    if (descriptor.length == 0) return DmaErrorCode::length_zero;
    if (descriptor.length % settings_.length_multiple.count != 0) return DmaErrorCode::length_multiple;
    if (descriptor.length > settings_.max_length.count) return DmaErrorCode::length_too_long;
    const auto range = BusRange::of(descriptor.address, extent);
    if (!range || !DmaConstraints{.address_bits = settings_.address_bits}.allow(*range))
        return DmaErrorCode::address_width;
    if (!DmaConstraints{.boundary = settings_.boundary.count, .address_bits = 64}.allow(*range))
        return DmaErrorCode::boundary;
    return bus_master_enabled ? DmaErrorCode::none : DmaErrorCode::bus_master_off;
}

void DmaEngine::start(const Descriptor& descriptor, std::uint64_t extent, bool bus_master_enabled) {
    active_ = true;
    descriptor_ = descriptor;
    transferred_ = 0;
    const DmaErrorCode code = check(descriptor, extent, bus_master_enabled);
    if (code != DmaErrorCode::none) verdict_ = code;
}

void DmaEngine::cancel(DmaErrorCode code) {
    if (active_ && !verdict_) verdict_ = code;
}

void DmaEngine::frame_torn(bool oldest) {
    const bool being_moved = oldest && active_ && (on_bus_ || transferred_ > 0);
    if (!being_moved) return;
    cancel(DmaErrorCode::overrun);
    detached_ = true;
}

void DmaEngine::reset() {
    verdict_.reset();
    transferred_ = 0;
    active_ = forgotten_ = detached_ = on_bus_;
}

DmaEngine::Finished DmaEngine::finish(DmaErrorCode code) {
    Finished finished{code};
    CardMemory::Entry* const entry = detached_ ? nullptr : memory_.front();
    const bool whole = entry && entry->whole_taken();
    const bool broken = entry && code != DmaErrorCode::none && transferred_ > 0;
    if (whole || broken) {
        finished.frame = std::move(entry->frame);
        finished.frame_lost = !whole;
        memory_.pop();
    }
    active_ = detached_ = false;
    verdict_.reset();
    return finished;
}

bool DmaEngine::complete() const {
    if (transferred_ == 0 || detached_) return false;
    const CardMemory::Entry* const entry = memory_.front();
    return transferred_ == descriptor_.length || (entry && entry->whole_taken());
}

DmaEngine::Step DmaEngine::next(Duration now, bool bus_paces) {
    if (!active_) return Wait{};
    if (complete()) return finish(DmaErrorCode::none);
    if (verdict_) return finish(*verdict_);

    CardMemory::Entry* const entry = memory_.front();
    if (!entry) return Wait{};
    if (transferred_ == 0) {
        frame_offset_ = entry->taken;
        const bool whole_frame = frame_offset_ == 0 && descriptor_.length >= entry->layout.stream_bytes();
        if (!whole_frame && !entry->layout.linear()) return finish(DmaErrorCode::layout);
    }

    const FrameLayout::Segment segment = entry->layout.segment_at(entry->taken);
    const std::uint64_t left = std::min(segment.length, descriptor_.length - transferred_);
    const Duration ready = memory_.available_at(std::min(left, descriptor_.burst_bytes));
    if (ready > now && (!bus_paces || transferred_ == 0)) return Wait{ready};

    std::uint64_t length = left;
    if (!bus_paces) {
        length = std::min(left, memory_.available(now));
        if (length < left) length = round_down(length, descriptor_.burst_bytes);
    }
    on_bus_ = true;
    transfer_begin_ = transferred_;
    return Transfer{descriptor_.address + (segment.memory_offset - frame_offset_),
                    entry->frame.picture.bytes().subspan(segment.picture_offset, length), descriptor_.burst_bytes,
                    entry->frame.picture};
}

Duration DmaEngine::ready_at(std::uint64_t bytes) const {
    if (forgotten_ || detached_) return Duration::max();
    return memory_.available_at(bytes - (transferred_ - transfer_begin_));
}

void DmaEngine::ready_at_each(std::uint64_t bytes, std::uint64_t step, std::span<Duration> instants) const {
    if (forgotten_ || detached_)
        std::fill(instants.begin(), instants.end(), Duration::max());
    else
        memory_.available_at_each(bytes - (transferred_ - transfer_begin_), step, instants);
}

bool DmaEngine::moved_at_each(std::uint64_t bytes, std::span<const Duration> instants) {
    if (forgotten_) return false;
    transferred_ += bytes * instants.size();
    if (!detached_) memory_.take_at_each(bytes, instants);
    return !detached_;
}

void DmaEngine::transfer_ended(DmaErrorCode code) {
    on_bus_ = false;
    if (forgotten_) {
        forgotten_ = detached_ = active_ = false;
    } else if (code != DmaErrorCode::none) {
        cancel(code);
    }
}

}  // namespace ghostcard::model
