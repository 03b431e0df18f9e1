// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/adapter/adapter_object.h>
#include <ghostcard/dma/stream/mappings.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// What stands in front of a frame's bytes (KSSTREAM_HEADER), as far as a capture driver fills it.
struct StreamHeader {
    std::uint64_t data_used = 0;                      ///< Bytes, or mappings where nobody has set it: see the queue.
    std::optional<std::int64_t> presentation_time{};  ///< In 100 ns; set: OPTIONSF_TIMEVALID.
    std::optional<std::int64_t> duration{};           ///< In 100 ns; set: OPTIONSF_DURATIONVALID.
    bool data_discontinuity = false;                  ///< Something is missing before this frame.
    std::uint64_t picture_number = 0;                 ///< KS_FRAME_INFO.
    std::uint64_t drop_count = 0;                     ///< KS_FRAME_INFO.
};

/// The queue of a pin, as AVStream shows it to a driver by stream pointers (WDK, "Stream Pointers").
///
/// The *leading edge* points to the oldest frame that is not processed. A *clone* keeps its frame from being completed.
/// A frame is complete when the leading edge has passed it and it has no clones; an IRP, when all of its frames are.
/// While a pointer is *locked* its frame cannot be cancelled.
class StreamQueue {
public:
    struct Frame;
    /// A place in the queue. Belongs to the queue.
    struct Pointer {
        std::shared_ptr<Frame> frame;  ///< None: the leading edge has run out of frames.
        bool locked = false;
        bool clone = false;
        std::uint64_t remaining = 0;  ///< Bytes, or mappings where the pin generates them.
        std::function<void()> cancelled;
    };
    /// An IRP has come back to who sent it.
    struct Completion {
        std::uint64_t irp = 0;
        NtStatus status = NtStatus::success;
        std::vector<StreamHeader> headers;  ///< Of its frames.
    };
    struct FrameMemory {
        std::span<std::byte> bytes;
        Mdl mdl;
    };

    explicit StreamQueue(bool enforce_fifo = false) : enforce_fifo_(enforce_fifo) {}
    ~StreamQueue();
    StreamQueue(const StreamQueue&) = delete;
    StreamQueue& operator=(const StreamQueue&) = delete;

    /// KSPIN_FLAG_GENERATE_MAPPINGS with an adapter that was registered (KsDeviceRegisterAdapterObject), before any
    /// data: from now on a frame has mappings while a pointer to it is locked or cloned, and offsets count mappings.
    void generate_mappings(AdapterObject& adapter, std::uint64_t max_bytes);

    // The sender's side.
    void send(std::uint64_t irp, std::vector<FrameMemory> frames);
    /// Wants it back. Frames that are locked come back when they are unlocked; the others at once, after the callbacks
    /// of their clones.
    void cancel(std::uint64_t irp);
    /// What has come back since the last call.
    std::vector<Completion> take_completions();
    std::size_t outstanding() const { return irps_.size(); }

    // The driver's side.
    /// The leading edge, locked; null if there is no frame, or no mappings for it.
    Pointer* leading_edge();
    /// device_not_ready: no frame. cancelled: its IRP was cancelled. insufficient_resources: no mappings.
    NtStatus lock(Pointer& pointer);
    void unlock(Pointer& pointer, bool eject = false);
    /// To the next frame; the leading edge only. device_not_ready at the end of the queue.
    NtStatus advance(Pointer& pointer);
    /// Needs the lock; invalid_parameter for more than remains. With nothing left, goes to the next frame.
    NtStatus advance_offsets(Pointer& pointer, std::uint64_t count);
    /// Another pointer to the same frame, locked as the original is.
    Pointer& clone(Pointer& pointer, std::function<void()> cancelled = {});
    /// Clones only.
    void remove(Pointer& clone);
    /// All that is outstanding comes back with DataUsed 0; no pointer may be locked or cloned.
    void flush();
    StreamHeader& header(const Pointer& pointer) const;
    std::span<std::byte> bytes(const Pointer& pointer) const;
    /// While the frame is locked or cloned, and the pin generates them.
    std::span<const Mapping> mappings(const Pointer& pointer) const;

private:
    struct Irp {
        std::uint64_t id;
        std::vector<std::shared_ptr<Frame>> frames;
        bool cancelled = false;
    };

    void release_mappings(Frame& frame);
    bool make_mappings(Frame& frame);
    void settle();
    bool holds(const Frame& frame) const;
    std::shared_ptr<Frame> next_after(const Frame* frame) const;
    void leave(Pointer& pointer);

    const bool enforce_fifo_;
    AdapterObject* adapter_ = nullptr;
    std::uint64_t max_mapping_bytes_ = 0;
    std::list<Irp> irps_;
    Pointer leading_edge_;
    std::list<Pointer> clones_;
    std::vector<Completion> completions_;
};

}  // namespace ghostcard::dma
