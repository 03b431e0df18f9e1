// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/frame_queue.h>
#include <ghostcard/model/card.h>

#include <cstdint>
#include <map>
#include <span>
#include <systemc>
#include <vector>

namespace ghostcard::scenarios {

/// Follows every frame from the video signal to the consumer, from outside: what was shown, what became of it, whether
/// what was delivered is what was shown, and how long that took.
class FrameBooks : public model::CardObserver {
public:
    /// compares: whether frames have contents by which a corrupt one is known.
    explicit FrameBooks(bool compares) : compares_(compares) {}

    struct Totals {
        std::uint64_t produced = 0;
        std::uint64_t delivered = 0;
        std::uint64_t dropped = 0;  ///< By the card.
        std::uint64_t corrupt = 0;  ///< Delivered, but not what was shown.
    };

    void frame_begins(const model::Frame& frame, const model::FrameLayout& layout, Duration last_pixel) override;
    void frame_dropped(std::uint64_t number) override;
    void frame_finished(std::uint64_t number) override;
    /// A frame has reached the consumer.
    void delivered(const dma::Frame& frame, Duration now);
    /// The driver has given an empty buffer back.
    void stream_ended() { changed_.notify(sc_core::SC_ZERO_TIME); }

    const Totals& totals() const { return totals_; }
    /// What AVStream's headers of the delivered frames say in the end.
    struct Stream {
        std::uint64_t picture_number = 0;
        std::uint64_t drop_count = 0;
        std::uint64_t discontinuities = 0;
    };
    const Stream& stream() const { return stream_; }
    /// From the last pixel to delivery, of the frames that were delivered intact; in picoseconds, with their count.
    const std::map<std::int64_t, std::uint64_t>& latencies() const { return latencies_; }
    /// Something was dropped, delivered or given back.
    const sc_core::sc_event& changed() const { return changed_; }

private:
    std::uint64_t hash_of(std::span<const std::byte> bytes) const;

    struct Shown {
        std::uint64_t hash;
        Duration last_pixel;
    };

    const bool compares_;
    std::map<std::uint64_t, Shown> shown_;             ///< By number; forgotten once delivered or dropped.
    std::map<std::uint32_t, std::uint64_t> finished_;  ///< By the card's FRAME_COUNT.
    std::uint32_t finished_count_ = 0;
    Totals totals_;
    Stream stream_;
    std::map<std::int64_t, std::uint64_t> latencies_;
    sc_core::sc_event changed_;
};

}  // namespace ghostcard::scenarios
