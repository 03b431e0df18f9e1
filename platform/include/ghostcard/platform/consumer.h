// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/driver_settings.h>
#include <ghostcard/dma/frame_buffer.h>
#include <ghostcard/dma/frame_queue.h>

#include <deque>
#include <functional>
#include <systemc>
#include <vector>

namespace ghostcard::platform {

/// The application that receives the frames: it lends the driver its buffers, keeps each delivered frame for a while
/// and lends the buffer again.
class Consumer : public sc_core::sc_module {
public:
    /// queue must outlive the consumer; received is called whenever a buffer comes back.
    Consumer(const sc_core::sc_module_name& name, dma::FrameQueue& queue, Duration hold,
             std::function<void(const dma::Frame&)> received);

    /// Takes the buffers over and lends them all.
    void start(std::vector<dma::FrameBuffer> buffers);
    /// From now on buffers that come back stay.
    void stop() { running_ = false; }

private:
    struct Held {
        std::span<std::byte> buffer;
        Duration until;
    };

    void run();

    dma::FrameQueue& queue_;
    const Duration hold_;
    std::function<void(const dma::Frame&)> received_;
    std::vector<dma::FrameBuffer> buffers_;
    std::deque<Held> held_;  ///< Oldest first.
    bool running_ = false;
    sc_core::sc_event returned_;
};

}  // namespace ghostcard::platform
