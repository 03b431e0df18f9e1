// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/dma/adapter/adapter_object.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>

namespace ghostcard::dma {

/// DMA as a service of a bus driver: it owns the hardware and the common buffer, and its child, which has no adapter at
/// all, asks for filled buffers. Requests are served in the order of asking, each by a copy.
class DmaService {
public:
    /// Takes a common buffer of so many bytes from the adapter, both of which must outlive the service.
    DmaService(AdapterObject& adapter, Clock& clock, std::uint64_t length);
    ~DmaService();
    DmaService(const DmaService&) = delete;
    DmaService& operator=(const DmaService&) = delete;

    /// What the hardware is to be given; nothing if no buffer was to be had.
    std::optional<BusAddress> bus_address() const;

    /// The child wants the next data in its own memory; `done` is called with how much came.
    void read(std::span<std::byte> destination, std::function<void(std::uint64_t bytes)> done);
    /// The hardware has filled so many bytes of the common buffer. False: nobody waits for them, and they are lost.
    bool filled(std::uint64_t bytes);
    /// Ends all that wait, with nothing.
    void cancel();

    std::size_t waiting() const { return requests_.size(); }
    std::uint64_t bytes_copied() const { return bytes_copied_; }

private:
    struct Request {
        std::span<std::byte> destination;
        std::function<void(std::uint64_t)> done;
    };

    AdapterObject& adapter_;
    Clock& clock_;
    std::optional<CommonBuffer> buffer_;
    std::deque<Request> requests_;
    std::uint64_t bytes_copied_ = 0;
};

}  // namespace ghostcard::dma
