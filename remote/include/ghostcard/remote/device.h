// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/remote/client_memory.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ghostcard::remote {

/// What a server puts on its socket: a PCI function. All calls come from Server::serve_until(), and may take their
/// time: nothing else is served meanwhile. QEMU gives up on a device that does not answer for 5 s.
class Device {
public:
    virtual ~Device() = default;

    /// Bytes; 0: there is no such BAR. bar < 6. Stays the same.
    virtual std::uint64_t bar_size(unsigned bar) const = 0;
    /// The whole access, which is not empty, lies in the BAR. Sizes are the client's: 1, 2, 4 and 8 from a processor.
    virtual void read_bar(unsigned bar, std::uint64_t offset, std::span<std::byte> data) = 0;
    virtual void write_bar(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) = 0;
    /// The whole access, which is not empty, lies in the 256 bytes of configuration space.
    virtual void read_config(std::uint64_t offset, std::span<std::byte> data) = 0;
    virtual void write_config(std::uint64_t offset, std::span<const std::byte> data) = 0;
    virtual void reset() = 0;
    /// INTA#, as a level.
    virtual bool line_asserted() const = 0;

    /// A client has come. Its memory is there until client_gone() returns, and empty so far.
    virtual void client_attached(ClientMemory& memory) = 0;
    /// The client has gone. What the device still writes before it returns reaches maps with a file only. The device's
    /// state stays (vfio-user, "Client Disconnection").
    virtual void client_gone() = 0;
    /// Maps are about to go: what has been written to them can still be brought in.
    virtual void translation_changing() = 0;
    /// A map of this range has come, or has gone.
    virtual void translation_changed(BusRange range) = 0;
};

/// What a device asks of its server, and may rely on.
class DeviceHost {
public:
    virtual ~DeviceHost() = default;

    /// The device has asserted its line, or sends a message: the client is told when it has got all that the device
    /// wrote before. Without a client nothing happens.
    virtual void raise_line() = 0;
    virtual void raise_message(unsigned vector) = 0;
    /// Whether the client has all that the device has written. The device should not go on before, or its time runs
    /// away from what the client can see.
    virtual bool settled() const = 0;
};

}  // namespace ghostcard::remote
