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
using test::CardAccess;
using test::cause;
using test::Machine;
using test::settings_of;

TEST_CASE("the deferred call arms the card again before anything else", "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.frame();
    REQUIRE(machine.interrupts.interrupt());
    machine.card.trace.clear();
    REQUIRE(machine.interrupts.run_deferred());
    REQUIRE(machine.card.trace.size() >= 2);
    CHECK(machine.card.trace[0].is_write);
    CHECK(machine.card.trace[0].offset == DmaAddressLow::offset);
    CHECK(machine.card.trace[1] == CardAccess{true, DmaControl::offset, DmaControl::Go::mask});
}

TEST_CASE("an interrupt is read, acknowledged and read again until nothing is left", "[dma][driver]") {
    Machine machine;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.frame();
    machine.card.trace.clear();
    REQUIRE(machine.interrupts.interrupt());
    REQUIRE(machine.card.trace.size() == 3);
    CHECK(machine.card.trace[0].offset == InterruptStatus::offset);
    CHECK(machine.card.trace[1] == CardAccess{true, InterruptStatus::offset, InterruptStatus::FrameDone::mask});
    CHECK(machine.card.trace[2].offset == InterruptStatus::offset);
    CHECK_FALSE(machine.card.line());
}

TEST_CASE("an interrupt that is not the card's is declined", "[dma][driver]") {
    Machine machine;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    SECTION("another device on the line") { CHECK_FALSE(machine.interrupts.interrupt()); }
    SECTION("a cause that is not enabled") {
        machine.card.raise(cause(InterruptStatus::Forced::mask));
        CHECK_FALSE(machine.interrupts.interrupt());
        CHECK(machine.card.card.get<InterruptStatus>().raw() == InterruptStatus::Forced::mask);
    }
    SECTION("a card that is gone reads all ones") {
        machine.card.vanishes_at = 1;
        CHECK_FALSE(machine.interrupts.interrupt());
    }
    CHECK(machine.driver.statistics().interrupts_declined == 1);
    CHECK(machine.driver.statistics().interrupts_claimed == 0);
    CHECK_FALSE(machine.interrupts.run_deferred());
}

TEST_CASE("a cause that joins another one before it is acknowledged is handled in the same interrupt",
          "[dma][driver]") {
    Machine machine(settings_of(2, InterruptKind::msi));
    machine.lend(1);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.frame();
    REQUIRE(machine.card.take_message());
    const std::uint64_t acknowledge = machine.card.accesses + 2;
    machine.card.before_access = [&](std::uint64_t n) {
        if (n == acknowledge) machine.card.raise(cause(InterruptStatus::FrameDropped::mask));
    };
    CHECK(machine.interrupts.interrupt());
    CHECK_FALSE(machine.card.take_message());  // the card's request never ended: no second message
    CHECK(machine.card.card.get<InterruptStatus>().raw() == 0);
    machine.card.frame();
    CHECK(machine.interrupts.run_deferred());
    CHECK(machine.driver.statistics().frames == 1);
}

TEST_CASE("handlers that come while a deferred call copies do not disturb it", "[dma][driver]") {
    Machine machine(settings_of(3));
    machine.lend(10);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.clock.during_copy = [&] {
        if (machine.card.card.get<FrameCount>().raw() < 5) machine.card.frame();
        machine.settle();  // on another CPU, say
    };
    machine.card.frame();
    machine.settle();
    for (std::uint64_t number = 1; number <= 5; ++number) {
        const auto frame = machine.received();
        CHECK(machine.content_of(frame) == number);
        CHECK_FALSE(frame.header.discontinuity);
    }
}

TEST_CASE("a cause that is forced at any moment neither invents nor loses nor swaps a frame", "[dma][driver]") {
    // FRAME_DONE, DMA_DONE, DMA_ERROR and FRAME_DROPPED, alone and together, before the n-th access, for every n.
    const std::uint32_t forced = GENERATE(1u, 2u, 4u, 8u, 5u, 15u);
    const auto settings = settings_of(GENERATE(1u, 2u, 3u), GENERATE(InterruptKind::intx, InterruptKind::msi));
    for (std::uint64_t n = 1;; ++n) {
        INFO("causes " << forced << " forced before access " << n);
        Machine machine(settings);
        machine.lend(4);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        const std::uint64_t started = machine.card.accesses;
        machine.card.before_access = [&](std::uint64_t at) {
            if (at == started + n) machine.card.raise(cause(forced));
        };
        machine.capture(4);
        REQUIRE(machine.driver.status() == DriverStatus::ok);
        REQUIRE(machine.driver.statistics().frames == 4);
        REQUIRE(machine.driver.statistics().dma_operations == 5);
        for (std::uint64_t number = 1; number <= 4; ++number) {
            const auto frame = machine.received();
            REQUIRE(machine.content_of(frame) == number);
            REQUIRE(frame.header.sequence == number - 1);
            REQUIRE_FALSE(frame.header.discontinuity);
        }
        REQUIRE(machine.card.busy());
        const bool reached = machine.card.accesses >= started + n;
        machine.driver.stop();
        machine.check_all_given_back();
        if (!reached) break;
    }
}
