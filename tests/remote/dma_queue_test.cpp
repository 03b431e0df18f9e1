// SPDX-License-Identifier: MIT
#include <cerrno>

#include "remote/dma_queue.h"

#include <ghostcard/remote/vfio_user/messages.h>

#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::remote;
using namespace std::chrono_literals;
using vfio_user::Command;

namespace {

constexpr std::uint32_t megabyte = 1 << 20;
constexpr DmaQueue::Instant start{};

BusRange range(std::uint64_t address, std::uint64_t size) { return BusRange::of({address}, size).value(); }
const BusRange map = range(0, 1ull << 40);

std::string answer(DmaQueue& queue, const DmaQueue::Request& request, vfio_user::Buffer payload = {},
                   bool error = false) {
    vfio_user::Header header =
        reply_header(vfio_user::command_header(request.id, request.is_write ? Command::dma_write : Command::dma_read));
    header.is_error = error;
    return queue.answer(header, payload);
}
vfio_user::Buffer read_reply(const DmaQueue::Request& request, unsigned value) {
    vfio_user::Buffer payload;
    append(payload, vfio_user::DmaAccess{request.range.base().value, request.range.size()});
    payload.resize(payload.size() + request.range.size(), static_cast<std::byte>(value));
    return payload;
}
DmaQueue::Request next(DmaQueue& queue, std::uint32_t max = megabyte, bool urgent = false) {
    const auto request = queue.next(max, urgent, start);
    REQUIRE(request.has_value());
    return *request;
}

}  // namespace

TEST_CASE("bursts that follow each other in one map become one message", "[remote][dma]") {
    DmaQueue queue;
    for (std::uint64_t i = 0; i < 100; ++i) queue.write(range(0x1000 + 64 * i, 64), map);
    queue.write(range(0x1010, 8), map);  // once more, inside
    CHECK(next(queue).range == range(0x1000, 6400));
    CHECK_FALSE(queue.has_unsent());
}

TEST_CASE("bursts that leave a gap, or lie in different maps, stay apart", "[remote][dma]") {
    DmaQueue queue;
    const BusRange one = range(0x1000, 0x1000), two = range(0x2000, 0x1000);
    queue.write(range(0x1ff0, 8), one);
    queue.write(range(0x1ff9, 7), one);
    queue.write(range(0x2000, 8), two);
    CHECK(next(queue).range == range(0x1ff0, 8));
    CHECK(next(queue).range == range(0x1ff9, 7));
    CHECK(next(queue).range == range(0x2000, 8));
}

TEST_CASE("the last bytes of the address space join too", "[remote][dma]") {
    DmaQueue queue;
    const BusRange top = range(~0ull - 0xfff, 0x1000);
    queue.write(range(~0ull - 7, 8), top);
    queue.write(range(~0ull - 15, 8), top);
    queue.write(range(~0ull - 0xfff, 8), top);
    CHECK(next(queue).range == range(~0ull - 15, 16));
    CHECK(next(queue).range == range(~0ull - 0xfff, 8));
}

TEST_CASE("no message moves more than was agreed", "[remote][dma]") {
    DmaQueue queue;
    queue.write(range(0x1000, 2500), map);
    CHECK(next(queue, 1000).range == range(0x1000, 1000));
    CHECK(next(queue, 1000).range == range(0x13e8, 1000));
    CHECK(next(queue, 1000).range == range(0x17d0, 500));
    CHECK_FALSE(queue.next(1000, false, start));
}

TEST_CASE("a client is asked for so much at a time, unless it is urgent", "[remote][dma]") {
    DmaQueue queue;
    queue.write(range(0, 16 * megabyte), map);
    std::vector<DmaQueue::Request> requests;
    while (const auto request = queue.next(megabyte, false, start)) requests.push_back(*request);
    CHECK(requests.size() == DmaQueue::max_bytes_in_flight / megabyte);
    CHECK(answer(queue, requests.front()).empty());
    CHECK(queue.next(megabyte, false, start));
    CHECK_FALSE(queue.next(megabyte, false, start));
    CHECK(queue.next(megabyte, true, start));

    DmaQueue small;
    small.write(range(0, 1000), map);
    std::size_t messages = 0;
    while (small.next(1, false, start)) ++messages;
    CHECK(messages == DmaQueue::max_messages_in_flight);
}

TEST_CASE("a mark is done when all that was queued before it is answered", "[remote][dma]") {
    DmaQueue queue;
    CHECK(queue.is_done(queue.mark()));
    queue.write(range(0, 100), map);
    const std::uint64_t mark = queue.mark();
    queue.write(range(100, 100), map);  // does not join what is marked
    const auto first = next(queue, 64), second = next(queue, 64), later = next(queue, 100);
    CHECK(later.range == range(100, 100));
    CHECK(answer(queue, later).empty());
    CHECK(answer(queue, second).empty());
    CHECK_FALSE(queue.is_done(mark));
    CHECK(answer(queue, first).empty());
    CHECK(queue.is_done(mark));
    CHECK(queue.is_idle());
}

TEST_CASE("a mark is not done before its writes have been sent", "[remote][dma]") {
    DmaQueue queue;
    queue.write(range(0, 100), map);
    const std::uint64_t mark = queue.mark();
    CHECK(answer(queue, next(queue, 50)).empty());
    CHECK_FALSE(queue.is_done(mark));
    CHECK(answer(queue, next(queue, 50)).empty());
    CHECK(queue.is_done(mark));
}

TEST_CASE("a write that the client refuses is over, and counted", "[remote][dma]") {
    DmaQueue queue;
    queue.write(range(0, 100), map);
    CHECK(answer(queue, next(queue), {}, true).empty());
    CHECK(queue.is_idle());
    CHECK(queue.refused() == 1);
}

TEST_CASE("the count in a DMA_WRITE's reply may have 4 bytes, 8 bytes, or be missing", "[remote][dma]") {
    for (const std::size_t size : {0, 12, 16}) {
        DmaQueue queue;
        queue.write(range(0, 100), map);
        CHECK(answer(queue, next(queue), vfio_user::Buffer(size)).empty());
        CHECK(queue.is_idle());
    }
}

TEST_CASE("a read is put together from its pieces, in whatever order they come", "[remote][dma]") {
    DmaQueue queue;
    std::vector<std::byte> result;
    unsigned calls = 0;
    queue.read(range(0x100, 10), [&](std::span<const std::byte> bytes) {
        ++calls;
        result.assign(bytes.begin(), bytes.end());
    });
    const auto first = next(queue, 4), second = next(queue, 4), third = next(queue, 4);
    CHECK_FALSE(first.is_write);
    CHECK(third.range == range(0x108, 2));
    CHECK(answer(queue, third, read_reply(third, 3)).empty());
    CHECK(answer(queue, first, read_reply(first, 1)).empty());
    CHECK(calls == 0);
    CHECK(answer(queue, second, read_reply(second, 2)).empty());
    CHECK(calls == 1);
    const auto byte = [](unsigned value) { return static_cast<std::byte>(value); };
    CHECK(result ==
          std::vector{byte(1), byte(1), byte(1), byte(1), byte(2), byte(2), byte(2), byte(2), byte(3), byte(3)});
}

TEST_CASE("a read of which a piece is refused, or that is never answered, gives nothing", "[remote][dma]") {
    DmaQueue queue;
    std::vector<std::size_t> sizes;
    const auto done = [&](std::span<const std::byte> bytes) { sizes.push_back(bytes.size()); };
    queue.read(range(0, 8), done);
    queue.read(range(8, 8), done);
    const auto first = next(queue, 4), second = next(queue, 4);
    CHECK(answer(queue, first, {}, true).empty());
    CHECK(answer(queue, second, read_reply(second, 1)).empty());
    CHECK(sizes == std::vector<std::size_t>{0});
    queue.give_up();
    CHECK(sizes == std::vector<std::size_t>{0, 0});
    CHECK(queue.is_idle());
}

TEST_CASE("an answer that fits no request says so", "[remote][dma]") {
    DmaQueue queue;
    queue.read(range(0, 8), [](std::span<const std::byte>) {});
    const auto request = next(queue);
    CHECK(answer(queue, {static_cast<std::uint16_t>(request.id + 1), false, request.range}) ==
          "a reply to message 1, which was never sent");
    CHECK(answer(queue, {request.id, true, request.range}) == "a reply to DMA_READ that says DMA_WRITE");
    CHECK(answer(queue, request, vfio_user::Buffer(23)) == "23 bytes in reply to a DMA_READ of 8");
    CHECK(answer(queue, request, read_reply({0, false, range(0, 9)}, 0)) == "25 bytes in reply to a DMA_READ of 8");
    CHECK(answer(queue, request, read_reply(request, 0)).empty());
    CHECK(answer(queue, request, read_reply(request, 0)) == "a reply to message 0, which was never sent");
}

TEST_CASE("no two messages in flight have the same number", "[remote][dma]") {
    DmaQueue queue;
    queue.write(range(0, 1), map);
    const auto oldest = next(queue);
    for (unsigned i = 0; i < 70'000; ++i) {
        queue.write(range(10 + 2 * i, 1), map);
        const auto request = next(queue);
        REQUIRE(request.id != oldest.id);
        REQUIRE(answer(queue, request).empty());
    }
    CHECK(answer(queue, oldest).empty());
}

TEST_CASE("the oldest request that waits is the one that counts", "[remote][dma]") {
    DmaQueue queue;
    CHECK_FALSE(queue.waiting_since());
    queue.write(range(0, 2), map);
    const auto first = queue.next(1, false, start + 1s);
    const auto second = queue.next(1, false, start + 2s);
    CHECK(queue.waiting_since() == start + 1s);
    CHECK(answer(queue, *first).empty());
    CHECK(queue.waiting_since() == start + 2s);
    CHECK(answer(queue, *second).empty());
    CHECK_FALSE(queue.waiting_since());
}
