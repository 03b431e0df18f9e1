// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <tlm>

namespace ghostcard::bus {

/// A bus that moves a run, as its master sees it.
class RunCarrier {
public:
    virtual ~RunCarrier() = default;
    /// A bus may lag behind simulated time as long as nobody looks. Brings the run up to the present instant: every
    /// transaction that has ended by now has been told of by DmaRun::moved().
    virtual void catch_up() = 0;
    /// One of the run's ends was asked for at that instant.
    virtual void end_requested(Duration at) = 0;
};

/// Rides on a DMA payload: the payload is a run of bursts, not one. A bus with timing honours it; a plain TLM-2.0
/// memory ignores it and moves the whole payload at once. The master owns it for as long as the transport lasts.
class DmaRun : public tlm::tlm_extension<DmaRun> {
public:
    std::uint64_t burst_bytes = 0;  ///< Bytes of each burst, the last one takes the rest; 0: one burst.

    /// From when on the master can ask for the burst that ends with so many bytes of the payload; never decreases. An
    /// instant counts from the next bus clock on. A master that gives instants in the future must know that the bus
    /// honours the run.
    virtual Duration ready_at(std::uint64_t bytes) const {
        static_cast<void>(bytes);
        return Duration::zero();
    }
    /// The same for as many bursts as there are instants, each of which ends so many bytes behind the one before.
    virtual void ready_at_each(std::uint64_t bytes, std::uint64_t step, std::span<Duration> instants) const {
        for (Duration& instant : instants) {
            instant = ready_at(bytes);
            bytes += step;
        }
    }

    /// The bus says that a transaction ended at that instant and how many bytes it had moved.
    virtual void moved(std::uint64_t bytes, Duration at) {
        static_cast<void>(bytes);
        static_cast<void>(at);
    }

    /// The same at each of these instants.
    virtual void moved_at_each(std::uint64_t bytes, std::span<const Duration> instants) {
        for (const Duration at : instants) moved(bytes, at);
    }
    /// The same so many times, `interval` apart.
    void moved_often(std::uint64_t times, std::uint64_t bytes, Duration first, Duration interval) {
        std::array<Duration, 256> instants;
        for (std::uint64_t told = 0; told < times;) {
            const auto part = std::span(instants).first(std::min<std::uint64_t>(times - told, instants.size()));
            for (Duration& at : part) at = first + static_cast<std::int64_t>(told++) * interval;
            moved_at_each(bytes, part);
        }
    }

    /// The master wants the run to end once the present transaction has, or its repetition if it is retried.
    void request_pause(Duration now) { request(pause_requested_, now); }
    /// The master wants the run to end with the next data phase that can be made the last one.
    void request_stop(Duration now) { request(stop_requested_, now); }
    /// Whether it had been asked for before that instant.
    bool pause_requested(Duration before) const { return pause_requested_ < before || stop_requested(before); }
    bool stop_requested(Duration before) const { return stop_requested_ < before; }

    /// Called by the bus while it honours the run; null when it lets go of it.
    void carry(RunCarrier* carrier) {
        carrier_ = carrier;
        honoured_ = honoured_ || carrier != nullptr;
    }
    /// Brings moved() up to the present instant.
    void catch_up() {
        if (carrier_) carrier_->catch_up();
    }
    /// False after a transport: its response alone says what has moved.
    bool honoured() const { return honoured_; }
    /// Before the next transport.
    void reset() {
        pause_requested_ = stop_requested_ = Duration::max();
        honoured_ = false;
    }

    tlm::tlm_extension_base* clone() const override { return new DmaRun(*this); }
    void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const DmaRun&>(other); }

private:
    void request(Duration& requested, Duration now) {
        if (requested != Duration::max()) return;
        requested = now;
        if (carrier_) carrier_->end_requested(now);
    }

    Duration pause_requested_ = Duration::max();
    Duration stop_requested_ = Duration::max();
    RunCarrier* carrier_ = nullptr;
    bool honoured_ = false;
};

}  // namespace ghostcard::bus
