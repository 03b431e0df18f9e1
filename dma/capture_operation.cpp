// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/typed_registers.h>
#include <ghostcard/dma/capture_driver.h>

#include <limits>
#include <utility>

// The work between two interrupts. At most one operation is under way, and GO is written only when the end of the one
// before has been seen; so each FRAME_DONE stands for one frame, however many causes share an interrupt. FRAME_COUNT
// confirms it, since FRAME_DONE can also be forced.

namespace ghostcard::dma {
namespace {

using namespace registers;

constexpr std::uint32_t nobody = 0xffffffff;  ///< What a read gives when the card no longer answers.
constexpr unsigned most_rounds = 16;          ///< Of acknowledging in one interrupt.
constexpr unsigned most_aborts = 3;           ///< In a row.

/// As the card counts.
constexpr std::uint32_t wrapped(std::uint64_t frames) { return static_cast<std::uint32_t>(frames); }

}  // namespace

/// Reads until no cause is left: a message is sent only when the card begins to request an interrupt, so a cause that
/// joins another one before that is acknowledged is heard of nowhere else. On a line, the first read also pushes the
/// frame's posted bytes into memory (PCI 2.3, 3.2.5), which the line itself does not wait for.
bool CaptureDriver::interrupt() {
    bool ours = false;
    for (unsigned round = 0;; ++round) {
        const std::uint32_t status = read<InterruptStatus>(ports_.bar0).raw();
        const std::uint32_t causes = status == nobody ? 0 : status & enabled_causes.raw();
        if (causes == 0) break;
        ours = true;
        if (round == most_rounds) {
            write(ports_.bar0, Value<InterruptEnable>{});
            interrupt_stuck_ = true;
            break;
        }
        write(ports_.bar0, Value<InterruptStatus>{causes});
        pending_ = Value<InterruptStatus>{pending_.raw() | causes};
    }
    ++(ours ? statistics_.interrupts_claimed : statistics_.interrupts_declined);
    if (ours) ports_.interrupts.queue_deferred();
    return ours;
}

void CaptureDriver::deferred() {
    ++statistics_.deferred_calls;
    if (std::exchange(in_deferred_, true)) return;  // the call under way finds what is pending
    do handle(std::exchange(pending_, {}));
    while (pending_.raw() != 0);
    in_deferred_ = false;
}

void CaptureDriver::handle(Value<InterruptStatus> causes) try {
    if (running_ && interrupt_stuck_)
        fail(DriverStatus::interrupt_stuck, "a cause in IRQ_STATUS comes back whenever it is acknowledged");
    // Ends without a frame come first: they look at DMA_STATUS, which the next GO clears.
    if (running_ && (causes.get<InterruptStatus::DmaError>() || causes.get<InterruptStatus::DmaDone>()))
        operation_ended();
    if (running_ && causes.get<InterruptStatus::FrameDone>()) frame_done();
    if (running_ && causes.get<InterruptStatus::FrameDropped>()) {
        read_drops();
        if (!armed_) arm_next();  // perhaps for lack of a buffer that has come meanwhile
    }
} catch (const DriverFailure& failure) {  // of the transport
    fail(failure.status(), failure.what());
}

/// Lets the next frame come, if there is a place for it. Otherwise the card drops frames, and tells at each of them.
void CaptureDriver::arm_next() {
    const auto place = transport_->place();
    armed_ = place.has_value();
    if (place) arm(*place);
}

void CaptureDriver::arm(const FramePlace& place) {
    armed_ = true;
    place_ = place;
    part_ = 0;
    start_part();
    read_drops();  // losses up to here lie before the frame to come, unless card memory holds whole older ones
    drops_when_armed_ = statistics_.card_drops;
}

void CaptureDriver::start_part() {
    const BusRange run = place_.runs[part_];
    write(ports_.bar0, Value<DmaAddressLow>{static_cast<std::uint32_t>(run.base().value)});
    if (demands_.address_bits > 32)
        write(ports_.bar0, Value<DmaAddressHigh>{static_cast<std::uint32_t>(run.base().value >> 32)});
    if (run.size() != length_) {
        length_ = run.size();
        write(ports_.bar0, Value<DmaLength>{}.with<DmaLength::Bytes>(static_cast<std::uint32_t>(length_)));
    }
    write(ports_.bar0, Value<DmaControl>{}.with<DmaControl::Go>(1));
    ++statistics_.dma_operations;
}

void CaptureDriver::read_drops() {
    const std::uint32_t drops = read<DroppedFrames>(ports_.bar0).raw();
    if (drops != nobody) statistics_.card_drops = drops;
}

/// An operation has ended without a frame, or so it was said.
void CaptureDriver::operation_ended() {
    const auto status = read<DmaStatus>(ports_.bar0);
    if (status.raw() == nobody) return fail(DriverStatus::card_lost, "the card no longer answers");
    if (status.get<DmaStatus::Busy>()) return;
    if (!armed_) return;
    if (!status.get<DmaStatus::Error>()) {
        if (status.get<DmaStatus::Done>() && part_ + 1 < place_.runs.size()) {
            ++part_;
            return start_part();
        }
        if (wrapped(finished_) == read<FrameCount>(ports_.bar0).raw())
            fail(DriverStatus::signal_changed, "frames have become longer than the buffers");
        return;
    }
    const auto code = status.get<DmaStatus::ErrorCode>();
    const bool first = ++statistics_.dma_errors[code] == 1;
    const auto text =
        fmt::format("DMA error {} in the operation to {:#x}", name_of(code), place_.runs[part_].base().value);
    switch (code) {
        case DmaErrorCode::overrun: break;  // the frame is lost and counted; the next one may fare better
        case DmaErrorCode::master_abort:
        case DmaErrorCode::target_abort:
        case DmaErrorCode::aborted:
            frame_failed_ = true;
            if (++aborts_in_a_row_ < most_aborts) break;
            return fail(DriverStatus::dma_failed, fmt::format("{}, {} aborts in a row", text, most_aborts));
        default:  // a rule was broken, and would be again: all frames are placed by the same rule
            return fail(DriverStatus::dma_refused, text + ", refused");
    }
    if (first) note(text);
    arm(FramePlace(place_));
}

void CaptureDriver::frame_done() {
    if (!armed_) return;
    const FramePlace done = place_;
    const std::size_t part = part_;
    const std::uint64_t drops_before = drops_when_armed_;
    const std::uint64_t length = length_;
    arm_next();  // first: until then, the card has nowhere to put the next frame

    const std::uint64_t low = read<FrameTimeLow>(ports_.bar0).raw();
    const std::uint64_t time = low | std::uint64_t{read<FrameTimeHigh>(ports_.bar0).raw()} << 32;
    const std::uint32_t newly_finished = read<FrameCount>(ports_.bar0).raw() - wrapped(finished_);
    if (newly_finished == 0) {  // not a frame: the operation goes on, and the card has ignored that it was armed
        const bool ignored = armed_ && read<DmaStatus>(ports_.bar0).get<DmaStatus::GoWhileBusy>();
        if (armed_ && !ignored) return transport_->abandon(done.id);
        if (ignored) {
            write(ports_.bar0, Value<DmaStatus>{}.with<DmaStatus::GoWhileBusy>(1).with<DmaStatus::WriteWhileBusy>(1));
            transport_->abandon(place_.id);
            --statistics_.dma_operations;
        }
        armed_ = true;
        place_ = done;
        part_ = part;
        length_ = length;
        return;
    }
    if (newly_finished > 2) return fail(DriverStatus::card_lost, "FRAME_COUNT has lost count");

    FrameHeader header;
    header.sequence = finished_ + drops_before;
    ++finished_;
    header.card_frame = wrapped(finished_);
    // A second frame that is already finished, too, has left its own time behind.
    constexpr std::uint64_t longest = std::numeric_limits<Duration::rep>::max() / 1000;
    if (newly_finished == 1 && time <= longest) header.timestamp = nanoseconds(static_cast<std::int64_t>(time));
    aborts_in_a_row_ = 0;
    deliver(done, header);
    if (!armed_) arm_next();
}

void CaptureDriver::deliver(const FramePlace& place, FrameHeader header) {
    header.bytes_used = frame_bytes_;
    header.discontinuity = frame_failed_ || header.sequence != next_sequence_;
    if (!transport_->deliver(place.id, header)) {
        ++statistics_.starved;
        return;
    }
    frame_failed_ = false;
    next_sequence_ = header.sequence + 1;
}

/// The capture has ended by itself. What is set up stays so until stop(), which may wait.
void CaptureDriver::fail(DriverStatus status, const std::string& text) {
    running_ = false;
    status_ = status;
    note(text);
    write(ports_.bar0, Value<InterruptEnable>{});
    write(ports_.bar0, Value<Control>{});
    queue_.cancel();
}

}  // namespace ghostcard::dma
