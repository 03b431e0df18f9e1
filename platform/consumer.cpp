// SPDX-License-Identifier: MIT
#include <ghostcard/bus/sim_time.h>
#include <ghostcard/platform/consumer.h>

#include <utility>

namespace ghostcard::platform {

using bus::simulated_now;
using bus::to_sc_time;

Consumer::Consumer(const sc_core::sc_module_name& name, dma::FrameQueue& queue, Duration hold,
                   std::function<void(const dma::Frame&)> received)
    : sc_module(name), queue_(queue), hold_(hold), received_(std::move(received)) {
    queue_.on_return([this] { returned_.notify(sc_core::SC_ZERO_TIME); });
    SC_HAS_PROCESS(Consumer);
    SC_METHOD(run);
    sensitive << returned_;
    dont_initialize();
}

void Consumer::start(std::vector<dma::FrameBuffer> buffers) {
    buffers_ = std::move(buffers);
    running_ = true;
    for (const dma::FrameBuffer& buffer : buffers_) queue_.queue(buffer.bytes());
}

void Consumer::run() {
    while (const auto frame = queue_.receive()) {
        received_(*frame);
        if (frame->header.bytes_used == 0) continue;  // the stream has ended: the buffer stays here
        held_.push_back({frame->buffer, simulated_now() + hold_});
    }
    while (!held_.empty() && held_.front().until <= simulated_now()) {
        if (running_) queue_.queue(held_.front().buffer);
        held_.pop_front();
    }
    if (!held_.empty()) next_trigger(to_sc_time(held_.front().until - simulated_now()), returned_);
}

}  // namespace ghostcard::platform
