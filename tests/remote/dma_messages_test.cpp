// SPDX-License-Identifier: MIT
#include <string>

#include "tests/remote/session_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace std::chrono_literals;
using vfio_user::DmaAccess;
using vfio_user::RegionAccess;

namespace {

constexpr std::uint32_t assign = 0x24;

/// A client that has given 1 MiB at 0x100000 without a file.
struct Bench : SessionBench {
    Bench() {
        negotiate(R"("max_data_xfer_size":4096)");
        REQUIRE(map(0x10'0000, 0x10'0000) == 0);
    }
    Sent dma() {
        std::optional<Sent> message = sent();
        REQUIRE(message.has_value());
        CHECK_FALSE(message->header.is_reply);
        return std::move(*message);
    }
};

BusRange range(std::uint64_t address, std::uint64_t size) { return BusRange::of({address}, size).value(); }
std::byte byte(unsigned value) { return static_cast<std::byte>(value); }

}  // namespace

TEST_CASE("what the device writes goes as DMA_WRITE, and is settled when it is answered", "[remote][dma]") {
    Bench bench;
    CHECK(bench.session.is_settled());
    REQUIRE(bench.device.dma_write(0x10'0010, 3, byte(7)));
    CHECK_FALSE(bench.session.is_settled());
    bench.session.flush(bench.now);
    const Sent write = bench.dma();
    CHECK(write.header.command == Command::dma_write);
    CHECK(write.payload == payload_of(DmaAccess{0x10'0010, 3}, data_of(3, 7)));
    CHECK_FALSE(bench.sent());
    CHECK_FALSE(bench.session.is_settled());
    bench.answer(write, payload_of(DmaAccess{0x10'0010, 3}));
    CHECK(bench.session.is_settled());
}

TEST_CASE("no DMA_WRITE moves more than was agreed", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.device.dma_write(0x10'0000, 10'000, byte(1)));
    bench.session.flush(bench.now);
    CHECK(bench.dma().as<DmaAccess>() == DmaAccess{0x10'0000, 4096});
    CHECK(bench.dma().as<DmaAccess>() == DmaAccess{0x10'1000, 4096});
    CHECK(bench.dma().as<DmaAccess>() == DmaAccess{0x10'2000, 1808});
    CHECK_FALSE(bench.sent());
}

TEST_CASE("the answer to a command goes before the DMA that it has caused", "[remote][dma]") {
    Bench bench;
    bench.device.when_read = [&bench] { REQUIRE(bench.device.dma_write(0x10'0000, 4, byte(1))); };
    bench.give(Command::region_read, payload_of(RegionAccess{0, 0, 4}));
    bench.session.flush(bench.now);
    const auto first = bench.sent();
    REQUIRE(first.has_value());
    CHECK(first->header.is_reply);
    CHECK(bench.dma().header.command == Command::dma_write);
}

TEST_CASE("commands are answered while DMA waits for its answer", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.device.dma_write(0x10'0000, 4, byte(1)));
    bench.session.flush(bench.now);
    const Sent write = bench.dma();
    for (int i = 0; i < 100; ++i) CHECK(bench.error_of(Command::region_read, payload_of(RegionAccess{0, 0, 4})) == 0);
    CHECK_FALSE(bench.session.is_settled());
    bench.answer(write);
    CHECK(bench.session.is_settled());
}

TEST_CASE("a command with the number of a DMA message that waits is a command", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.device.dma_write(0x10'0000, 4, byte(1)));
    bench.session.flush(bench.now);
    const Sent write = bench.dma();
    bench.next_id = write.header.id;
    CHECK(bench.error_of(Command::device_reset) == 0);
    bench.answer(write);
    CHECK(bench.session.is_settled());
}

TEST_CASE("an interrupt is held back until all is there that was written before it", "[remote][dma]") {
    Bench bench;
    const bool is_message = GENERATE(false, true);
    const FileDescriptor event = event_file();
    REQUIRE(bench.set_irqs(assign, is_message ? 1 : 0, 0, 1, copy_of(event)) == 0);
    REQUIRE(bench.device.dma_write(0x10'0000, 5000, byte(1)));
    bench.device.line = true;
    if (is_message)
        bench.session.raise_message(0);
    else
        bench.session.raise_line();
    bench.session.flush(bench.now);
    const Sent first = bench.dma(), second = bench.dma();
    bench.answer(first);
    CHECK(signals(event) == 0);
    bench.answer(second);
    CHECK(signals(event) == 1);
}

TEST_CASE("an interrupt does not wait for what is written after it", "[remote][dma]") {
    Bench bench;
    const FileDescriptor event = event_file();
    REQUIRE(bench.set_irqs(assign, 1, 0, 1, copy_of(event)) == 0);
    REQUIRE(bench.device.dma_write(0x10'0000, 16, byte(1)));
    bench.session.raise_message(0);
    REQUIRE(bench.device.dma_write(0x10'0010, 16, byte(2)));
    bench.session.flush(bench.now);
    const Sent before = bench.dma(), after = bench.dma();
    CHECK(before.as<DmaAccess>() == DmaAccess{0x10'0000, 16});
    bench.answer(before);
    CHECK(signals(event) == 1);
    CHECK_FALSE(bench.session.is_settled());
    bench.answer(after);
    CHECK(signals(event) == 0);
}

TEST_CASE("unmasking does not overtake what the line was asserted for", "[remote][dma]") {
    Bench bench;
    const FileDescriptor event = event_file();
    REQUIRE(bench.set_irqs(assign, 0, 0, 1, copy_of(event)) == 0);
    REQUIRE(bench.device.dma_write(0x10'0000, 16, byte(1)));
    bench.session.flush(bench.now);
    const Sent write = bench.dma();
    bench.device.line = true;
    CHECK(bench.set_irqs(0x11, 0, 0, 1) == 0);
    CHECK(signals(event) == 0);
    bench.answer(write);
    CHECK(signals(event) == 1);
}

TEST_CASE("shared memory holds no interrupt back", "[remote][dma]") {
    Bench bench;
    const FileDescriptor event = event_file();
    REQUIRE(bench.map(0x80'0000, 0x1000, 3, memory_file(0x1000)) == 0);
    REQUIRE(bench.set_irqs(assign, 1, 0, 1, copy_of(event)) == 0);
    REQUIRE(bench.device.dma_write(0x80'0000, 0x1000, byte(1)));
    CHECK(bench.session.is_settled());
    bench.session.raise_message(0);
    bench.session.flush(bench.now);
    CHECK(signals(event) == 1);
    CHECK_FALSE(bench.sent());
}

TEST_CASE("one transfer goes to maps of all kinds, in pieces", "[remote][dma]") {
    Bench bench;
    const FileDescriptor shared = memory_file(0x1000), truncatable = memory_file(0x1000, 0);
    REQUIRE(bench.map(0x20'0000, 0x1000, 3, copy_of(shared)) == 0);
    REQUIRE(bench.map(0x20'1000, 0x1000, 3, copy_of(truncatable)) == 0);
    REQUIRE(bench.map(0x20'2000, 0x1000) == 0);
    REQUIRE(bench.device.dma_write(0x1f'fff0, 0x2020, byte(0x42)));
    bench.session.flush(bench.now);
    CHECK(bench.dma().payload == payload_of(DmaAccess{0x1f'fff0, 0x10}, data_of(0x10, 0x42)));
    CHECK(bench.dma().payload == payload_of(DmaAccess{0x20'2000, 0x10}, data_of(0x10, 0x42)));
    CHECK_FALSE(bench.sent());
    CHECK(content(shared, 0, 0x1000) == data_of(0x1000, 0x42));
    CHECK(content(truncatable, 0, 0x1000) == data_of(0x1000, 0x42));
}

TEST_CASE("a 1 MiB buffer that an IOMMU has cut into pages is one transfer", "[remote][dma]") {
    Bench bench;
    const FileDescriptor file = memory_file(1 << 20);
    for (std::uint64_t page = 0; page < 256; ++page)  // in another order in the file than on the bus
        REQUIRE(bench.map(0x8000'0000 + page * 4096, 4096, 3, copy_of(file), (page * 37 % 256) * 4096) == 0);
    REQUIRE(bench.device.dma_write(0x8000'0000, 1 << 20, byte(0x11)));
    CHECK(content(file, 0, 1 << 20) == data_of(1 << 20, 0x11));
    CHECK_FALSE(bench.device.dma_write(0x8000'0000, (1 << 20) + 1, byte(0x22)));
    CHECK(content(file, 0, 1 << 20) == data_of(1 << 20, 0x11));
}

TEST_CASE("what was written to a map goes out before the answer that says it is gone", "[remote][dma]") {
    Bench bench;
    bench.device.when_changing = [&bench] { REQUIRE(bench.device.dma_write(0x10'0000, 100'000, byte(3))); };
    const auto request = GENERATE(vfio_user::DmaUnmap{24, 0, 0x10'0000, 0x10'0000},
                                  vfio_user::DmaUnmap{24, vfio_user::DmaUnmap::all, 0, 0});
    bench.give(Command::dma_unmap, payload_of(request));
    std::uint64_t written = 0;
    std::optional<Sent> message = bench.sent();
    for (; message && !message->header.is_reply; message = bench.sent()) {
        CHECK(message->payload[16] == byte(3));
        written += message->as<DmaAccess>().count;
    }
    CHECK(written == 100'000);
    REQUIRE(message.has_value());
    CHECK(message->header.command == Command::dma_unmap);
    bench.session.flush(bench.now);
    CHECK_FALSE(bench.sent());
}

TEST_CASE("what was in flight when its map went may still be answered", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.device.dma_write(0x10'0000, 16, byte(1)));
    bench.session.flush(bench.now);
    const Sent write = bench.dma();
    CHECK(bench.unmap(0x10'0000, 0x10'0000) == 0);
    CHECK_FALSE(bench.session.is_settled());
    bench.answer(write);
    CHECK(bench.session.is_settled());
    CHECK(bench.session.reason_to_end().empty());
}

TEST_CASE("what was written goes out before the answer that says that no map is left", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.device.dma_write(0x10'0000, 16, byte(1)));
    bench.give(Command::dma_unmap, payload_of(vfio_user::DmaUnmap{24, vfio_user::DmaUnmap::all, 0, 0}));
    CHECK(bench.dma().payload == payload_of(DmaAccess{0x10'0000, 16}, data_of(16, 1)));
    CHECK(bench.sent()->header.is_reply);
    CHECK_FALSE(bench.sent());
}

TEST_CASE("DMA that the client refuses is logged once for each time, and the session goes on", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.device.dma_write(0x10'0000, 16, byte(1)));
    bench.session.flush(bench.now);
    bench.answer(bench.dma(), {}, EINVAL);
    CHECK(bench.session.is_settled());
    CHECK(bench.session.reason_to_end().empty());
    CHECK_THAT(bench.log.str(), contains("the client has refused DMA, 1 times by now"));
}

TEST_CASE("what a client's file does not take is logged", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.map(0x80'0000, 0x2000, 3, memory_file(0x1000, F_SEAL_GROW)) == 0);
    REQUIRE(bench.device.dma_write(0x80'1000, 0x10, byte(1)));
    bench.session.flush(bench.now);
    CHECK_THAT(bench.log.str(), contains("not taken what the device wrote, 16 bytes by now"));
}

TEST_CASE("a client that leaves DMA unanswered for 10 s has to go", "[remote][dma]") {
    Bench bench;
    REQUIRE(bench.device.dma_write(0x10'0000, 5000, byte(1)));
    bench.session.flush(bench.now + 1s);
    const Sent first = bench.dma();
    CHECK(bench.session.next_check() == bench.now + 11s);
    bench.session.check_time(bench.now + 11s - 1ns);
    CHECK(bench.session.reason_to_end().empty());
    bench.answer(first);
    bench.session.check_time(bench.now + 11s);
    CHECK(bench.session.reason_to_end() == "it does not answer DMA");
}

TEST_CASE("a slow client has its own memory used for what waits, and not ours", "[remote][dma]") {
    SessionBench bench;
    bench.negotiate();
    REQUIRE(bench.map(0, 1ull << 30) == 0);
    REQUIRE(bench.device.dma_write(0, 64 << 20, byte(1)));
    bench.session.flush(bench.now);
    bench.session.flush(bench.now);
    CHECK(bench.session.reason_to_end().empty());
    std::uint64_t sent = 0;
    while (const auto message = bench.sent()) sent += message->payload.size();
    CHECK(sent <= 4 * (16 + (1 << 20)));
}

TEST_CASE("a device reads memory without a file by asking the client", "[remote][dma]") {
    Bench bench;
    std::vector<std::byte> result;
    CHECK(bench.device.memory->reach(range(0x10'0000, 1), false).empty());
    REQUIRE(bench.device.memory->read(range(0x10'0000, 5000), [&result](std::span<const std::byte> bytes) {
        result.assign(bytes.begin(), bytes.end());
    }));
    CHECK_FALSE(bench.device.memory->read(range(0x20'0000, 1), [](std::span<const std::byte>) { FAIL(); }));
    bench.session.flush(bench.now);
    const Sent first = bench.dma(), second = bench.dma();
    CHECK(first.header.command == Command::dma_read);
    CHECK(first.payload == payload_of(DmaAccess{0x10'0000, 4096}));
    bench.answer(first, payload_of(DmaAccess{0x10'0000, 4096}, data_of(4096, 6)));
    bench.answer(second, payload_of(DmaAccess{0x10'1000, 904}, data_of(904, 6)));
    CHECK(result == data_of(5000, 6));
    CHECK(bench.session.is_settled());
}

TEST_CASE("a read that is not answered when the client goes gives nothing", "[remote][dma]") {
    Bench bench;
    int calls = 0;
    REQUIRE(bench.device.memory->read(range(0x10'0000, 16), [&calls](std::span<const std::byte> bytes) {
        CHECK(bytes.empty());
        ++calls;
    }));
    bench.session.close();
    CHECK(calls == 1);
}
