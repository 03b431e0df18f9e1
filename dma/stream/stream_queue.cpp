// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stream/stream_queue.h>

#include <algorithm>
#include <utility>

namespace ghostcard::dma {

struct StreamQueue::Frame {
    FrameMemory memory;
    StreamHeader header;
    bool passed = false;     ///< The leading edge is behind it.
    bool cancelled = false;  ///< Its IRP is wanted back.
    std::optional<ScatterGatherList> list;
    std::vector<Mapping> mappings;
};

StreamQueue::~StreamQueue() {
    for (Irp& irp : irps_)
        for (const auto& frame : irp.frames) release_mappings(*frame);
}

void StreamQueue::generate_mappings(AdapterObject& adapter, std::uint64_t max_bytes) {
    adapter_ = &adapter;
    max_mapping_bytes_ = max_bytes;
}

bool StreamQueue::make_mappings(Frame& frame) {
    if (adapter_ == nullptr || frame.list) return true;
    const Mdl& mdl = frame.memory.mdl;
    // A lock does not wait: it fails (WDK, "Supporting DMA in 64-Bit AVStream Drivers").
    const NtStatus status = adapter_->get_scatter_gather_list(
        this, mdl, mdl.start, mdl.length, [&frame](const ScatterGatherList& list) { frame.list = list; }, false, false);
    if (status != NtStatus::success || !frame.list) return false;
    frame.mappings = mappings_of(frame.list->elements, max_mapping_bytes_);
    return true;
}

void StreamQueue::release_mappings(Frame& frame) {
    if (!frame.list) return;
    adapter_->put_scatter_gather_list(*frame.list, false);
    frame.list.reset();
    frame.mappings.clear();
}

std::shared_ptr<StreamQueue::Frame> StreamQueue::next_after(const Frame* frame) const {
    bool found = frame == nullptr;
    for (const Irp& irp : irps_)
        for (const auto& each : irp.frames) {
            if (found && !each->passed && !each->cancelled) return each;
            found = found || each.get() == frame;
        }
    return nullptr;
}

void StreamQueue::send(std::uint64_t irp, std::vector<FrameMemory> frames) {
    Irp& added = irps_.emplace_back(Irp{irp, {}});
    for (FrameMemory& memory : frames) {
        added.frames.push_back(std::make_shared<Frame>());
        added.frames.back()->memory = std::move(memory);
    }
    if (leading_edge_.frame == nullptr) leading_edge_.frame = next_after(nullptr);
}

void StreamQueue::cancel(std::uint64_t id) {
    const auto irp = std::ranges::find(irps_, id, &Irp::id);
    if (irp == irps_.end()) return;
    irp->cancelled = true;
    const auto frames = irp->frames;
    for (const auto& frame : frames) {
        frame->cancelled = true;
        // The callbacks may remove the clones, and no pointer but these.
        for (auto clone = clones_.begin(); clone != clones_.end();) {
            const auto next = std::next(clone);
            if (clone->frame == frame && !clone->locked && clone->cancelled) std::exchange(clone->cancelled, {})();
            clone = next;
        }
        if (leading_edge_.frame == frame && !leading_edge_.locked) leading_edge_.frame = next_after(frame.get());
    }
    settle();
}

bool StreamQueue::holds(const Frame& frame) const {
    const auto points_to = [&frame](const Pointer& pointer) { return pointer.frame.get() == &frame; };
    if (std::ranges::any_of(clones_, points_to)) return true;
    return points_to(leading_edge_) && (leading_edge_.locked || !frame.cancelled);
}

/// Completes what nothing holds any more.
void StreamQueue::settle() {
    for (auto irp = irps_.begin(); irp != irps_.end();) {
        const bool free = std::ranges::all_of(
            irp->frames, [this](const auto& frame) { return !holds(*frame) && (frame->passed || frame->cancelled); });
        if (!free && enforce_fifo_) return;
        if (!free) {
            ++irp;
            continue;
        }
        Completion done{irp->id, irp->cancelled ? NtStatus::cancelled : NtStatus::success, {}};
        for (const auto& frame : irp->frames) {
            release_mappings(*frame);
            if (leading_edge_.frame == frame) leading_edge_.frame = nullptr;
            done.headers.push_back(frame->header);
        }
        completions_.push_back(std::move(done));
        irp = irps_.erase(irp);
    }
    if (leading_edge_.frame == nullptr) leading_edge_.frame = next_after(nullptr);
}

std::vector<StreamQueue::Completion> StreamQueue::take_completions() { return std::exchange(completions_, {}); }

StreamQueue::Pointer* StreamQueue::leading_edge() {
    return leading_edge_.locked || lock(leading_edge_) == NtStatus::success ? &leading_edge_ : nullptr;
}

NtStatus StreamQueue::lock(Pointer& pointer) {
    if (pointer.frame == nullptr) return NtStatus::device_not_ready;
    if (pointer.frame->cancelled) return NtStatus::cancelled;
    if (!make_mappings(*pointer.frame)) return NtStatus::insufficient_resources;
    pointer.locked = true;
    pointer.remaining = adapter_ != nullptr ? pointer.frame->mappings.size() : pointer.frame->memory.bytes.size();
    return NtStatus::success;
}

/// The leading edge leaves its frame behind.
void StreamQueue::leave(Pointer& pointer) {
    const auto frame = pointer.frame;
    frame->passed = true;
    const std::uint64_t all = adapter_ != nullptr ? frame->mappings.size() : frame->memory.bytes.size();
    if (frame->header.data_used == 0 && pointer.locked) frame->header.data_used = all - pointer.remaining;
    pointer.locked = false;
    pointer.frame = next_after(frame.get());
}

void StreamQueue::unlock(Pointer& pointer, bool eject) {
    if (eject && !pointer.clone && pointer.frame != nullptr) leave(pointer);
    pointer.locked = false;
    if (!pointer.clone && pointer.frame != nullptr && pointer.frame->cancelled)
        pointer.frame = next_after(pointer.frame.get());
    settle();
}

NtStatus StreamQueue::advance(Pointer& pointer) {
    if (pointer.clone) return NtStatus::invalid_parameter;
    if (pointer.frame == nullptr) return NtStatus::device_not_ready;
    const bool locked = pointer.locked;
    leave(pointer);
    settle();
    if (pointer.frame == nullptr) return NtStatus::device_not_ready;
    return locked ? lock(pointer) : NtStatus::success;
}

NtStatus StreamQueue::advance_offsets(Pointer& pointer, std::uint64_t count) {
    if (!pointer.locked || count > pointer.remaining) return NtStatus::invalid_parameter;
    pointer.remaining -= count;
    return pointer.remaining == 0 && !pointer.clone ? advance(pointer) : NtStatus::success;
}

StreamQueue::Pointer& StreamQueue::clone(Pointer& pointer, std::function<void()> cancelled) {
    Pointer& made = clones_.emplace_back(pointer);
    made.clone = true;
    made.cancelled = std::move(cancelled);
    return made;
}

void StreamQueue::remove(Pointer& clone) {
    clones_.remove_if([&clone](const Pointer& each) { return &each == &clone; });
    settle();
}

void StreamQueue::flush() {
    leading_edge_.frame = nullptr;
    for (const Irp& irp : irps_)
        for (const auto& frame : irp.frames) frame->passed = true;
    settle();
}

StreamHeader& StreamQueue::header(const Pointer& pointer) const { return pointer.frame->header; }
std::span<std::byte> StreamQueue::bytes(const Pointer& pointer) const { return pointer.frame->memory.bytes; }
std::span<const Mapping> StreamQueue::mappings(const Pointer& pointer) const { return pointer.frame->mappings; }

}  // namespace ghostcard::dma
