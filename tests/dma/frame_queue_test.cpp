// SPDX-License-Identifier: MIT
#include <ghostcard/dma/frame_queue.h>
#include <tests/support/catch.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <vector>

using namespace ghostcard;
using dma::FrameHeader;
using dma::FrameQueue;

namespace {

FrameHeader numbered(std::uint64_t sequence) {
    FrameHeader header;
    header.sequence = sequence;
    header.bytes_used = 1;
    return header;
}

}  // namespace

TEST_CASE("the driver takes empty buffers oldest first, and is told when there is none", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::array<std::byte, 16>, 2> buffers{};
    CHECK_FALSE(queue.take());
    queue.queue(buffers[0]);
    queue.queue(buffers[1]);
    CHECK(queue.take()->data() == buffers[0].data());
    CHECK(queue.take()->data() == buffers[1].data());
    CHECK_FALSE(queue.take());
}

TEST_CASE("the consumer receives frames in the order of their completion", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::array<std::byte, 16>, 2> buffers{};
    queue.queue(buffers[0]);
    queue.queue(buffers[1]);
    const auto first = queue.take().value();
    const auto second = queue.take().value();
    CHECK_FALSE(queue.receive());
    queue.complete(second, numbered(7));
    queue.complete(first, numbered(8));
    const auto frame = queue.receive().value();
    CHECK(frame.buffer.data() == buffers[1].data());
    CHECK(frame.buffer.size() == 16);
    CHECK(frame.header.sequence == 7);
    CHECK(queue.receive()->header.sequence == 8);
    CHECK_FALSE(queue.receive());
}

TEST_CASE("a buffer is always in one place", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::byte, 16> buffer{};
    const auto places = [&] {
        return std::array{queue.empty_buffers(), queue.taken_buffers(), queue.returned_buffers()};
    };
    queue.queue(buffer);
    CHECK(places() == std::array<std::size_t, 3>{1, 0, 0});
    const auto taken = queue.take().value();
    CHECK(places() == std::array<std::size_t, 3>{0, 1, 0});
    queue.complete(taken, numbered(0));
    CHECK(places() == std::array<std::size_t, 3>{0, 0, 1});
    CHECK(queue.receive());
    CHECK(places() == std::array<std::size_t, 3>{0, 0, 0});
}

TEST_CASE("only a taken buffer can be completed, and once", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::byte, 16> buffer{};
    CHECK_THROWS_AS(queue.complete(buffer, numbered(0)), std::logic_error);
    queue.queue(buffer);
    CHECK_THROWS_AS(queue.complete(buffer, numbered(0)), std::logic_error);
    const auto taken = queue.take().value();
    queue.complete(taken, numbered(0));
    CHECK_THROWS_AS(queue.complete(taken, numbered(0)), std::logic_error);
}

TEST_CASE("cancelling gives empty buffers back without a frame and leaves taken ones to the driver",
          "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::array<std::byte, 16>, 3> buffers{};
    for (auto& buffer : buffers) queue.queue(buffer);
    const auto taken = queue.take().value();
    queue.cancel();
    CHECK(queue.empty_buffers() == 0);
    CHECK(queue.taken_buffers() == 1);
    for (const std::size_t i : {1u, 2u}) {
        const auto frame = queue.receive().value();
        CHECK(frame.buffer.data() == buffers[i].data());
        CHECK(frame.header.bytes_used == 0);
    }
    queue.complete(taken, numbered(3));
    CHECK(queue.receive()->header.bytes_used == 1);
}

TEST_CASE("the consumer may lend its buffer again from within the notification", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::byte, 16> buffer{};
    std::vector<std::uint64_t> sequences;
    queue.on_return([&] {
        while (const auto frame = queue.receive()) {
            sequences.push_back(frame->header.sequence);
            queue.queue(frame->buffer);
        }
    });
    queue.queue(buffer);
    for (std::uint64_t sequence = 0; sequence < 3; ++sequence) {
        const auto taken = queue.take();
        REQUIRE(taken);
        queue.complete(*taken, numbered(sequence));
    }
    CHECK(sequences == std::vector<std::uint64_t>{0, 1, 2});
    queue.cancel();  // ends, although the buffer is lent again at once
    CHECK(queue.empty_buffers() == 1);
}

TEST_CASE("AVStream's header counts pictures and losses from the frames' numbers", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::array<std::byte, 16>, 3> buffers{};
    for (auto& buffer : buffers) queue.queue(buffer);
    const auto received = [&queue](std::uint64_t sequence, bool discontinuity) {
        FrameHeader header = numbered(sequence);
        header.discontinuity = discontinuity;
        queue.complete(queue.take().value(), header);
        return queue.receive().value().stream;
    };
    const auto first = received(0, false);
    CHECK(first.data_used == 1);
    CHECK(first.picture_number == 1);
    CHECK(first.drop_count == 0);
    CHECK_FALSE(first.data_discontinuity);
    CHECK_FALSE(first.presentation_time);  // no clock is assigned
    const auto later = received(3, true);
    CHECK(later.picture_number == 4);
    CHECK(later.drop_count == 2);
    CHECK(later.data_discontinuity);

    queue.cancel();
    CHECK(queue.receive()->stream.data_used == 0);
    CHECK(queue.pin().state() == dma::PinState::run);
    queue.queue(buffers[0]);
    CHECK(received(0, false).picture_number == 1);
}

TEST_CASE("a clock that is assigned gives frames their time in units of 100 ns", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::byte, 16> buffer{};
    queue.pin().assign_clock(milliseconds(1));
    queue.queue(buffer);
    FrameHeader header = numbered(0);
    header.timestamp = milliseconds(5);
    queue.complete(queue.take().value(), header);
    CHECK(queue.receive()->stream.presentation_time == 40'000);
}

TEST_CASE("a frame that the driver holds when the stream ends still comes back", "[dma][frame_queue]") {
    FrameQueue queue;
    std::array<std::array<std::byte, 16>, 2> buffers{};
    for (auto& buffer : buffers) queue.queue(buffer);
    const auto held = queue.take().value();
    queue.cancel();
    CHECK(queue.returned_buffers() == 1);
    CHECK(queue.taken_buffers() == 1);
    CHECK(queue.empty_buffers() == 0);
    queue.complete(held, {});
    CHECK(queue.returned_buffers() == 2);
}
