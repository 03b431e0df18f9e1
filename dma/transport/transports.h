// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/frame_transport.h>

#include <map>
#include <span>
#include <utility>
#include <vector>

namespace ghostcard::dma {

using Note = std::function<void(std::string)>;

/// DMA into a common buffer of several frames, and a copy of each into the consumer's buffer.
class CommonBufferTransport final : public FrameTransport {
public:
    CommonBufferTransport(const DriverSettings& settings, const TransportPorts& ports, DriverStatistics& statistics,
                          Note note)
        : settings_(settings), ports_(ports), statistics_(statistics), note_(std::move(note)) {}
    ~CommonBufferTransport() override;

    void prepare(std::uint64_t frame_bytes, const DmaConstraints& demands) override;
    std::optional<FramePlace> place() override;
    bool deliver(std::size_t id, const FrameHeader& header) override;
    void abandon(std::size_t id) override { in_use_[id] = false; }

private:
    const DriverSettings settings_;
    const TransportPorts ports_;
    DriverStatistics& statistics_;
    const Note note_;
    std::uint64_t frame_bytes_ = 0;
    CommonBuffer buffer_;
    BusAddress base_;                   ///< What the card is told to be the start of the buffer.
    std::vector<std::uint64_t> slots_;  ///< Where the frames lie in it.
    std::vector<bool> in_use_;
    std::size_t next_ = 0;
};

/// DMA straight into the consumer's buffers, by the bus addresses that the host maps them to.
class DirectTransport final : public FrameTransport {
public:
    DirectTransport(const DriverSettings& settings, const TransportPorts& ports, DriverStatistics& statistics,
                    Note note)
        : settings_(settings), ports_(ports), statistics_(statistics), note_(std::move(note)) {}
    ~DirectTransport() override;

    void prepare(std::uint64_t frame_bytes, const DmaConstraints& demands) override;
    std::optional<FramePlace> place() override;
    bool deliver(std::size_t id, const FrameHeader& header) override;
    void abandon(std::size_t id) override;

private:
    std::optional<std::span<std::byte>> next_buffer();
    void unmap(std::span<std::byte> buffer);

    const DriverSettings settings_;
    const TransportPorts ports_;
    DriverStatistics& statistics_;
    const Note note_;
    std::uint64_t frame_bytes_ = 0;
    std::map<std::size_t, std::span<std::byte>> mapped_;  ///< Consumer's buffers with a place.
    std::vector<std::span<std::byte>> kept_;              ///< Taken from the queue, and not mapped.
    std::size_t next_id_ = 0;
    bool told_ = false;
};

}  // namespace ghostcard::dma
