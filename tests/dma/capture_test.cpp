// SPDX-License-Identifier: MIT
#include <tests/dma/machine.h>
#include <tests/support/catch.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::registers;
using dma::DriverStatus;
using dma::InterruptKind;
using test::cause;
using test::Machine;
using test::settings_of;

TEST_CASE("frames arrive whole, in order, numbered and with the card's time", "[dma][driver]") {
    Machine machine(settings_of(GENERATE(1u, 2u, 3u), GENERATE(InterruptKind::intx, InterruptKind::msi)));
    machine.lend(5);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    for (std::uint64_t i = 0; i < 5; ++i) {
        machine.clock.pass(milliseconds(16));
        const Duration arrival = machine.clock.now();
        machine.card.frame();
        machine.settle();
        const auto frame = machine.received();
        CHECK(frame.buffer.data() == machine.buffers[i].data());
        CHECK(machine.content_of(frame) == i + 1);
        CHECK(frame.header.sequence == i);
        CHECK(frame.header.card_frame == i + 1);
        CHECK(frame.header.bytes_used == machine.card.frame_length());
        CHECK_FALSE(frame.header.discontinuity);
        CHECK(frame.header.timestamp == std::chrono::floor<nanoseconds>(arrival));
    }
    const auto& statistics = machine.driver.statistics();
    CHECK(statistics.frames == 5);
    CHECK(statistics.starved == 0);
    CHECK(statistics.card_drops == 0);
    CHECK(statistics.dma_operations == 6);
    CHECK(statistics.interrupts_claimed == 5);
    CHECK(statistics.interrupts_declined == 0);
    CHECK(statistics.deferred_calls == 5);
    CHECK(statistics.bytes_copied == 5 * machine.card.frame_length());
    CHECK(statistics.copy_time == Duration(5 * 512 * 125));
    CHECK(statistics.dma_errors.empty());
    CHECK(machine.unclaimed == 0);
}

TEST_CASE("a frame that arrives while the one before is copied lands beside it", "[dma][driver]") {
    Machine machine;
    machine.lend(2);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    bool once = true;
    machine.clock.during_copy = [&] {
        if (std::exchange(once, false)) machine.card.frame();
    };
    machine.capture(1);
    CHECK(machine.content_of(machine.received()) == 1);
    const auto second = machine.received();
    CHECK(machine.content_of(second) == 2);
    CHECK_FALSE(second.header.discontinuity);
}

TEST_CASE("with a single buffer the card is armed only after the copy", "[dma][driver]") {
    Machine machine(settings_of(1));
    machine.lend(2);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.clock.during_copy = [&] { CHECK_FALSE(machine.card.busy()); };
    machine.capture(2);
    CHECK(machine.card.busy());
    CHECK(machine.content_of(machine.received()) == 1);
    CHECK(machine.content_of(machine.received()) == 2);
}

TEST_CASE("a frame for which the consumer has no buffer is skipped whole, counted, and the next one flagged",
          "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(3);
    CHECK(machine.driver.statistics().starved == 2);
    machine.lend(2);
    machine.capture(2);
    const auto first = machine.received();
    const auto fourth = machine.received();
    const auto fifth = machine.received();
    CHECK(machine.content_of(first) == 1);
    CHECK_FALSE(first.header.discontinuity);
    CHECK(machine.content_of(fourth) == 4);
    CHECK(fourth.header.sequence == 3);
    CHECK(fourth.header.discontinuity);
    CHECK(machine.content_of(fifth) == 5);
    CHECK_FALSE(fifth.header.discontinuity);
    CHECK(machine.driver.statistics().starved == 2);
}

TEST_CASE("a buffer that is too small for a frame comes back without one", "[dma][driver]") {
    Machine machine;
    machine.lend(1, machine.card.frame_length() - 1);
    machine.lend(1);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(2);
    const auto small = machine.received();
    CHECK(small.header.bytes_used == 0);
    CHECK(small.buffer[0] == std::byte{0xee});
    CHECK(machine.driver.statistics().starved == 1);
    const auto second = machine.received();
    CHECK(machine.content_of(second) == 2);
    CHECK(second.header.discontinuity);
}

TEST_CASE("a frame that the card drops is counted, and the first frame behind it flagged", "[dma][driver]") {
    Machine machine;
    machine.lend(5);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(1);
    // Two frames arrive before the driver gets round to the first: the second finds the card not armed.
    machine.card.frame();
    machine.card.frame();
    machine.settle();
    machine.capture(2);
    CHECK(machine.driver.statistics().card_drops == 1);
    std::vector<std::uint64_t> contents, sequences;
    std::vector<bool> flags;
    for (int i = 0; i < 4; ++i) {
        const auto frame = machine.received();
        contents.push_back(machine.content_of(frame));
        sequences.push_back(frame.header.sequence);
        flags.push_back(frame.header.discontinuity);
    }
    CHECK(contents == std::vector<std::uint64_t>{1, 2, 4, 5});
    CHECK(sequences == std::vector<std::uint64_t>{0, 1, 3, 4});
    CHECK(flags == std::vector<bool>{false, false, true, false});
}

TEST_CASE("FRAME_DROPPED alone is only counted", "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.card.set(Value<DroppedFrames>{3});
    machine.card.raise(cause(InterruptStatus::FrameDropped::mask));
    machine.settle();
    CHECK(machine.driver.statistics().card_drops == 3);
    CHECK(machine.driver.statistics().dma_operations == 1);
    CHECK(machine.driver.status() == DriverStatus::ok);
}

TEST_CASE("a frame torn by an overrun is taken again into the same buffer", "[dma][driver]") {
    Machine machine;
    machine.lend(2);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(1);
    for (int i = 0; i < 10; ++i) {  // as often as need be
        machine.card.overrun();
        machine.settle();
        CHECK(machine.card.busy());
        CHECK(machine.card.go_addresses.back() == machine.card.go_addresses[1]);
    }
    machine.capture(1);
    CHECK(machine.driver.status() == DriverStatus::ok);
    CHECK(machine.driver.statistics().dma_errors.at(DmaErrorCode::overrun) == 10);
    CHECK(machine.driver.statistics().card_drops == 10);
    CHECK(machine.content_of(machine.received()) == 1);
    const auto next = machine.received();
    CHECK(machine.content_of(next) == 12);
    CHECK(next.header.sequence == 11);
    CHECK(next.header.discontinuity);
    CHECK(machine.queue.returned_buffers() == 0);  // a torn frame is never delivered
}

TEST_CASE("a second frame that is finished at the same time is neither lost nor taken for the first", "[dma][driver]") {
    Machine machine;
    machine.card.stored_frames = 1;
    machine.lend(4);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.frame();
    machine.card.frame();  // waits in card memory and moves as soon as the driver arms the card
    machine.settle();
    const auto first = machine.received();
    CHECK(machine.content_of(first) == 1);
    CHECK(first.header.card_frame == 1);
    CHECK_FALSE(first.header.timestamp);  // FRAME_TIME is that of the second already
    const auto second = machine.received();
    CHECK(machine.content_of(second) == 2);
    CHECK(second.header.card_frame == 2);
    CHECK(second.header.timestamp);
    CHECK_FALSE(second.header.discontinuity);
}

TEST_CASE("the consumer may lend a buffer while the driver copies, and from within the notification", "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.clock.during_copy = [&] {
        if (machine.buffers.size() < 3) machine.lend(1);
    };
    std::vector<std::uint64_t> contents;
    machine.queue.on_return([&] {
        while (const auto frame = machine.queue.receive()) {
            contents.push_back(machine.content_of(*frame));
            machine.queue.queue(frame->buffer);
        }
    });
    machine.capture(6);
    CHECK(contents == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
    CHECK(machine.driver.statistics().starved == 0);
    CHECK(machine.queue.empty_buffers() == 3);
}

TEST_CASE("a frame that arrives at any moment is delivered once or counted as dropped", "[dma][driver]") {
    const auto settings = settings_of(GENERATE(1u, 2u, 3u), GENERATE(InterruptKind::intx, InterruptKind::msi));
    const unsigned stored = GENERATE(0u, 1u, 2u);
    for (std::uint64_t n = 1;; ++n) {
        INFO("a frame more before access " << n << ", " << stored << " frames of card memory");
        Machine machine(settings);
        machine.card.stored_frames = stored;
        machine.lend(6);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        const std::uint64_t started = machine.card.accesses;
        machine.card.before_access = [&](std::uint64_t at) {
            if (at == started + n) machine.card.frame();
        };
        machine.capture(4);
        const bool reached = machine.card.accesses >= started + n;
        machine.card.before_access = nullptr;
        machine.capture(1);
        const auto& statistics = machine.driver.statistics();
        REQUIRE(machine.driver.status() == DriverStatus::ok);
        REQUIRE(statistics.frames == machine.card.card.get<FrameCount>().raw());
        REQUIRE(statistics.frames + statistics.card_drops == (reached ? 6 : 5));
        std::uint64_t expected = 1;
        for (std::uint64_t i = 0; i < statistics.frames; ++i) {
            const auto frame = machine.received();
            const std::uint64_t number = machine.content_of(frame);
            REQUIRE((number == expected || number == expected + statistics.card_drops));
            REQUIRE(frame.header.card_frame == i + 1);
            expected = number + 1;
        }
        if (!reached) break;
    }
}
