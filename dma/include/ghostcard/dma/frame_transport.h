// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/dma_adapter.h>
#include <ghostcard/base/dma_constraints.h>
#include <ghostcard/base/frame_mapper.h>
#include <ghostcard/base/virtual_memory.h>
#include <ghostcard/dma/driver_settings.h>
#include <ghostcard/dma/driver_statistics.h>
#include <ghostcard/dma/frame_queue.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::dma {

/// Where the card is to put a frame.
struct FramePlace {
    std::size_t id = 0;          ///< The transport's.
    std::vector<BusRange> runs;  ///< At least one; together as long as a frame.
};

/// A frame's way from the card to the consumer: what the strategies of the capture driver differ in. Failures come as
/// DriverFailure.
class FrameTransport {
public:
    virtual ~FrameTransport() = default;

    /// Before the first frame: gets what all frames share.
    virtual void prepare(std::uint64_t frame_bytes, const DmaConstraints& demands) = 0;
    /// Where the next frame may go; nothing if there is no place at the moment.
    virtual std::optional<FramePlace> place() = 0;
    /// The frame there is whole, and goes to the consumer; the place is free again. False: the consumer had no buffer.
    virtual bool deliver(std::size_t id, const FrameHeader& header) = 0;
    /// No frame is going to be delivered from there.
    virtual void abandon(std::size_t id) = 0;
};

struct TransportPorts {
    DmaAdapter& dma;
    FrameMapper* frames;  ///< May be null.
    Clock& clock;
    const VirtualMemory& virtual_memory;
    FrameQueue& queue;
};

/// The transport of the settings' strategy. Everything must outlive it; it gives everything back when it goes, by when
/// the card must have stopped.
std::unique_ptr<FrameTransport> make_transport(const DriverSettings& settings, const TransportPorts& ports,
                                               DriverStatistics& statistics, std::function<void(std::string)> note);

}  // namespace ghostcard::dma
