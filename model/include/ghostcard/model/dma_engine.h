// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/model/card_memory.h>
#include <ghostcard/model/card_settings.h>
#include <ghostcard/registers/dma_error_code.h>

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

namespace ghostcard::model {

/// The one descriptor of the card and what becomes of it. Plain state: the card's shell asks next(), does what it says
/// on the bus, and reports back.
class DmaEngine {
public:
    /// What the registers say when GO is written.
    struct Descriptor {
        BusAddress address;
        std::uint64_t length = 0;       ///< Bytes of video.
        std::uint64_t burst_bytes = 0;  ///< Positive.
    };

    /// Nothing to do until then, or until something changes.
    struct Wait {
        std::optional<Duration> until;
    };
    /// To be moved now; the picture stays in place as long as the transfer holds it.
    struct Transfer {
        BusAddress address;
        std::span<std::byte> data;
        std::uint64_t burst_bytes;
        Picture picture;
    };
    /// The operation is over. Reported once.
    struct Finished {
        registers::DmaErrorCode code = registers::DmaErrorCode::none;
        std::optional<Frame> frame{};  ///< Whose last byte has been moved...
        bool frame_lost = false;       ///< ...or which was half moved when the operation failed, and is thrown away.
    };
    using Step = std::variant<Wait, Transfer, Finished>;

    /// memory must outlive the engine.
    DmaEngine(const DmaEngineSettings& settings, CardMemory& memory) : settings_(settings), memory_(memory) {}

    /// GO, while not busy. extent: bytes from the first to the last that the operation may touch. A descriptor that
    /// breaks a rule ends in the rule's error and moves nothing.
    void start(const Descriptor& descriptor, std::uint64_t extent, bool bus_master_enabled);
    /// Ends the operation under way, if any, as soon as the bus lets it.
    void cancel(registers::DmaErrorCode code);
    /// The frame that was arriving has been torn; `oldest`: it was also the one to be moved next.
    void frame_torn(bool oldest);
    /// Soft reset: forgets the operation without a report, as soon as the bus lets it.
    void reset();

    bool busy() const { return active_; }
    bool cancelling() const { return verdict_.has_value() || forgotten_; }
    std::uint64_t transferred() const { return transferred_; }

    /// A bus that paces gets the transfer as soon as its first burst has arrived and asks ready_at() for the rest; any
    /// other gets what has arrived.
    Step next(Duration now, bool bus_paces);
    /// When the burst that ends with so many bytes of the present transfer will have arrived; Duration::max() if it
    /// never will.
    Duration ready_at(std::uint64_t bytes) const;
    /// The same for as many bursts as there are instants, each of which ends so many bytes behind the one before.
    void ready_at_each(std::uint64_t bytes, std::uint64_t step, std::span<Duration> instants) const;
    /// A bus transaction of the present transfer ended at that instant and had moved so many bytes. Whether they came
    /// out of the memory, and not of a frame that is no longer there.
    bool moved(std::uint64_t bytes, Duration at) { return moved_at_each(bytes, {&at, 1}); }
    /// The same for a transaction at each of these instants.
    bool moved_at_each(std::uint64_t bytes, std::span<const Duration> instants);
    /// The present transfer is over: none, or how the bus refused it.
    void transfer_ended(registers::DmaErrorCode code);

private:
    registers::DmaErrorCode check(const Descriptor& descriptor, std::uint64_t extent, bool bus_master_enabled) const;
    Finished finish(registers::DmaErrorCode code);
    bool complete() const;

    const DmaEngineSettings settings_;
    CardMemory& memory_;

    bool active_ = false;                             ///< From GO to Finished.
    bool forgotten_ = false;                          ///< Reset while the bus was at work.
    bool on_bus_ = false;                             ///< Between Transfer and transfer_ended().
    bool detached_ = false;                           ///< The frame that is being moved is no longer in memory.
    std::optional<registers::DmaErrorCode> verdict_;  ///< How it will finish.
    Descriptor descriptor_;
    std::uint64_t transferred_ = 0;
    std::uint64_t transfer_begin_ = 0;  ///< What transferred_ was when the present transfer began.
    std::uint64_t frame_offset_ = 0;    ///< Of the operation's first byte in its frame.
};

}  // namespace ghostcard::model
