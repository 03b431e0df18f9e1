// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

namespace ghostcard {

/// What a driver hands to the host's interrupt dispatcher.
class InterruptHandler {
public:
    virtual ~InterruptHandler() = default;

    /// Interrupt service routine. True if the interrupt was this device's; false leaves a shared line to the next one.
    virtual bool interrupt() = 0;
    /// Deferred procedure call, run some time after queue_deferred().
    virtual void deferred() = 0;
};

/// Address and data of a message signalled interrupt, to be written into the MSI capability (PCI 2.3, 6.8.1).
struct InterruptMessage {
    std::uint64_t address = 0;
    std::uint16_t data = 0;
};

/// One interrupt of the host, a line or a message.
class InterruptSource {
public:
    virtual ~InterruptSource() = default;

    /// From now on interrupts are given to the handler, which must outlive the connection.
    virtual void connect(InterruptHandler& handler) = 0;
    /// No handler call begins after this returns, and none is under way.
    virtual void disconnect() = 0;
    /// The message to program, or nothing if the host offers only the line.
    virtual std::optional<InterruptMessage> message() = 0;
    /// Queues the handler's deferred procedure; a second call before it starts has no effect (Windows:
    /// KeInsertQueueDpc).
    virtual void queue_deferred() = 0;
};

}  // namespace ghostcard
