// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/dma_adapter.h>
#include <ghostcard/base/frame_mapper.h>
#include <ghostcard/base/interrupt_source.h>
#include <ghostcard/base/register_access.h>
#include <ghostcard/base/virtual_memory.h>
#include <ghostcard/dma/card_probe.h>
#include <ghostcard/dma/driver_settings.h>
#include <ghostcard/dma/driver_statistics.h>
#include <ghostcard/dma/driver_status.h>
#include <ghostcard/dma/frame_queue.h>
#include <ghostcard/dma/frame_transport.h>
#include <ghostcard/registers/card_registers.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::dma {

/// The machine as the driver sees it.
struct DriverPorts {
    RegisterAccess& config;  ///< Configuration space.
    RegisterAccess& bar0;    ///< The card's registers.
    DmaAdapter& dma;
    InterruptSource& interrupts;
    Clock& clock;
    const VirtualMemory& virtual_memory;
    FrameMapper* frames = nullptr;  ///< Null: the host maps no buffers.
};

/// What the driver did, for people.
struct DriverEvent {
    Duration time;
    std::string text;
};

/// Captures frames with a card that has one descriptor and no scatter/gather, in the way that the settings' strategy
/// says. Knows the machine through its ports only.
///
/// start() and stop() are for a thread that may wait (Windows: PASSIVE_LEVEL), and not for the handlers. interrupt()
/// may come at any time from connect() to disconnect(), also while another function of the driver waits in a port, and
/// so may deferred(), but not from a second thread at the very same time.
class CaptureDriver final : public InterruptHandler {
public:
    /// Everything must outlive the driver. To be stopped before it goes, unless the machine ends with it: a destructor
    /// may run where nobody can wait for the card.
    CaptureDriver(const DriverPorts& ports, const DriverSettings& settings, FrameQueue& queue);
    CaptureDriver(const CaptureDriver&) = delete;
    CaptureDriver& operator=(const CaptureDriver&) = delete;

    /// Finds the card, sets it up and lets it capture. If that fails, nothing stays set up; the last event tells why.
    DriverStatus start();
    /// Ends the capture and gives everything back, the consumer's empty buffers included. Without effect if stopped.
    void stop();

    /// ok, or why the last start() failed, or why the capture has ended by itself, after which stop() is still due. A
    /// capture that ends by itself gives the consumer's empty buffers back at once.
    DriverStatus status() const { return status_; }
    const DriverStatistics& statistics() const { return statistics_; }
    const std::vector<DriverEvent>& events() const { return events_; }

    bool interrupt() override;
    void deferred() override;

private:
    static constexpr auto enabled_causes = Value<registers::InterruptEnable>{}
                                               .with<registers::InterruptEnable::FrameDone>(1)
                                               .with<registers::InterruptEnable::DmaDone>(1)
                                               .with<registers::InterruptEnable::DmaError>(1)
                                               .with<registers::InterruptEnable::FrameDropped>(1);

    // Set-up and end: capture_driver.cpp
    void set_up();
    void check_settings() const;
    void check_card();
    void reset_card();
    void measure_frame();
    void read_demands();
    void start_capture();
    void end_operation();
    void release();

    // From interrupt to consumer: capture_operation.cpp
    void arm_next();
    void arm(const FramePlace& place);
    void start_part();
    void read_drops();
    void handle(Value<registers::InterruptStatus> causes);
    void operation_ended();
    void frame_done();
    void deliver(const FramePlace& place, FrameHeader header);
    void fail(DriverStatus status, const std::string& text);

    void note(std::string text) { events_.push_back({ports_.clock.now(), std::move(text)}); }

    const DriverPorts ports_;
    const DriverSettings settings_;
    FrameQueue& queue_;

    DriverStatus status_ = DriverStatus::ok;
    DriverStatistics statistics_;
    std::vector<DriverEvent> events_;

    // What has been set up, and is to be given back.
    std::optional<CardProbe> probe_;
    std::unique_ptr<FrameTransport> transport_;
    bool connected_ = false;

    DmaConstraints demands_;  ///< The card's, of one operation.
    std::uint64_t frame_bytes_ = 0;
    bool running_ = false;
    bool armed_ = false;
    FramePlace place_;                    ///< Of the operation under way, if armed...
    std::size_t part_ = 0;                ///< ...and which of its runs it fills.
    std::uint64_t length_ = 0;            ///< What DMA_LENGTH holds.
    std::uint64_t drops_when_armed_ = 0;  ///< Frames lost before the one that it moves.
    std::uint64_t finished_ = 0;          ///< Frames that the card has finished and the driver has seen.
    std::uint64_t next_sequence_ = 0;     ///< Of the next frame to be delivered if nothing is lost.
    bool frame_failed_ = false;           ///< An operation has ended in an abort since the last delivered frame.
    unsigned aborts_in_a_row_ = 0;

    Value<registers::InterruptStatus> pending_;  ///< Acknowledged causes that wait for the deferred call.
    bool interrupt_stuck_ = false;
    bool in_deferred_ = false;
};

}  // namespace ghostcard::dma
