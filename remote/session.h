// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/client_memory.h>
#include <ghostcard/remote/device.h>
#include <ghostcard/remote/server_limits.h>
#include <ghostcard/remote/vfio_user/version.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "device_commands.h"
#include "dma_queue.h"
#include "interrupt_signals.h"
#include "message.h"

namespace spdlog {
class logger;
}

namespace ghostcard::remote {

/// One client, from its VERSION to its end, without any socket: messages go in, messages come out. Whoever owns it
/// gives it the time, moves the bytes, and calls close() in the end.
class Session {
public:
    using Instant = std::chrono::steady_clock::time_point;
    /// Makes the twin socket, keeps one end and gives away the client's; nothing if there can be none.
    using TwinMaker = std::function<FileDescriptor()>;

    /// The signaller must outlive it, as the device and the log.
    Session(Device& device, EventSignaller& signaller, spdlog::logger& log, const ServerLimits& limits, Instant now,
            TwinMaker make_twin);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// The largest message that may come, in bytes.
    std::uint32_t largest_message() const;
    bool is_negotiated() const { return is_negotiated_; }

    /// A whole message that has come over this channel. Calls the device.
    void handle(Channel channel, Message message);
    /// To be called whenever messages have been handled, and after the device did something: queues DMA and signals
    /// what was held back for it.
    void flush(Instant now);
    /// Ends the session if the client has been silent for too long.
    void check_time(Instant now);
    /// When check_time() is to be called at the latest.
    std::optional<Instant> next_check() const;

    /// What is to go out, the first first. Whoever has sent the first one calls sent().
    Outgoing* next_outgoing(Channel channel);
    void sent(Channel channel);

    /// The device has asserted its line, or sent this message: signalled when all that it has written before is there.
    void raise_line();
    void raise_message(unsigned vector);
    /// Whether the client has answered all DMA.
    bool is_settled() const { return queue_.is_idle(); }

    /// Why the client has to go; empty as long as it may stay.
    const std::string& reason_to_end() const { return reason_to_end_; }
    /// The client goes: the device and who still waits for a read are told. What was the client's goes with the
    /// session.
    void close();

private:
    Outcome perform(Message& message);
    Outcome perform_after_version(Message& message);
    Outcome negotiate(const Message& message);
    Outcome map(Message& message);
    Outcome unmap(const Message& message);
    Outcome unmap_all(const vfio_user::DmaUnmap& request);
    Outcome set_irqs(Message& message);
    void reply(const vfio_user::Header& command, Outcome outcome);
    void send_dma(bool urgent, Instant now);
    void signal();
    void hold(std::optional<unsigned> vector);
    void push(Channel channel, Outgoing outgoing);
    void end(std::string reason);

    /// An interrupt that waits for what the device has written before.
    struct Held {
        std::uint64_t mark;
        std::optional<unsigned> vector;  ///< Of a message; nothing: the line.
    };

    Device& device_;
    spdlog::logger& log_;
    const ServerLimits limits_;
    const TwinMaker make_twin_;
    const Instant since_;
    Instant now_;

    DmaQueue queue_;
    ClientMemory memory_;
    InterruptSignals interrupts_;
    std::deque<Held> held_;
    std::array<std::deque<Outgoing>, 2> outgoing_;  ///< By Channel.
    std::uint64_t outgoing_bytes_ = 0;

    bool is_negotiated_ = false;
    bool has_twin_ = false;
    std::uint32_t max_data_xfer_size_ = vfio_user::default_max_data_xfer_size;
    std::uint64_t refused_dma_ = 0;
    std::uint64_t lost_bytes_ = 0;
    std::string reason_to_end_;
};

}  // namespace ghostcard::remote
