// SPDX-License-Identifier: MIT
#include <tests/dma/machine.h>
#include <tests/support/catch.h>

#include <cstdint>
#include <string>

using namespace ghostcard;
using namespace ghostcard::registers;
using dma::DriverSettings;
using dma::DriverStatus;
using dma::InterruptKind;
using test::FakeCard;
using test::Machine;

namespace {

DriverSettings with(InterruptKind interrupt) {
    DriverSettings settings;
    settings.interrupt = interrupt;
    return settings;
}

/// Makes the operation under way lead to an address that nobody answers, as if the host had taken its mapping away.
void misdirect(FakeCard& card) {
    card.card.set(Value<DmaAddressLow>{card.card.get<DmaAddressLow>().raw() ^ 0x4000'0000u});
}

}  // namespace

TEST_CASE("two aborts in a row are retried, and the next frame is flagged", "[dma][driver]") {
    Machine machine;
    machine.lend(5);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(1);
    for (int round = 0; round < 2; ++round) {  // a finished frame ends the row
        for (int i = 0; i < 2; ++i) {
            misdirect(machine.card);
            machine.capture(1);
        }
        machine.capture(2);
    }
    CHECK(machine.driver.status() == DriverStatus::ok);
    CHECK(machine.driver.statistics().dma_errors.at(DmaErrorCode::master_abort) == 4);
    CHECK(machine.driver.statistics().frames == 5);
    for (const std::uint64_t number : {1u, 4u, 5u, 8u, 9u}) {
        const auto frame = machine.received();
        CHECK(machine.content_of(frame) == number);
        CHECK(frame.header.discontinuity == (number == 4 || number == 8));
    }
}

TEST_CASE("the third abort in a row ends the capture and gives the consumer its buffers back", "[dma][driver]") {
    Machine machine;
    machine.lend(2);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    for (int i = 0; i < 3; ++i) {
        CHECK(machine.driver.status() == DriverStatus::ok);
        misdirect(machine.card);
        machine.capture(1);
    }
    CHECK(machine.driver.status() == DriverStatus::dma_failed);
    CHECK_FALSE(machine.card.card.get<Control>().get<Control::Enable>());
    CHECK(machine.card.card.get<InterruptEnable>().raw() == 0);
    CHECK(machine.queue.returned_buffers() == 2);
    CHECK(machine.adapter.outstanding() == 1);  // stop() is still due
    machine.capture(3);
    CHECK(machine.driver.statistics().dma_operations == 3);
    machine.driver.stop();
    CHECK(machine.driver.status() == DriverStatus::dma_failed);
    machine.check_all_given_back();
}

TEST_CASE("a capture that has ended by itself arms the card no more", "[dma][driver]") {
    Machine machine;
    machine.lend(2);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.config.set(Value<CommandStatus>{0x2});
    machine.card.frame();  // refused, and at the same time...
    machine.card.raise(Value<InterruptStatus>{InterruptStatus::FrameDone::mask | InterruptStatus::FrameDropped::mask});
    REQUIRE(machine.interrupts.interrupt());
    REQUIRE(machine.interrupts.run_deferred());
    CHECK(machine.driver.status() == DriverStatus::dma_refused);
    CHECK(machine.card.go_addresses.size() == 1);
    machine.driver.deferred();  // one that was queued before
    CHECK(machine.card.go_addresses.size() == 1);
}

TEST_CASE("a failed capture can be started again and has forgotten its failures", "[dma][driver]") {
    Machine machine;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    SECTION("aborts") {
        for (int i = 0; i < 3; ++i) {
            misdirect(machine.card);
            machine.capture(1);
        }
        CHECK(machine.driver.status() == DriverStatus::dma_failed);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        misdirect(machine.card);
        machine.capture(1);
        CHECK(machine.driver.status() == DriverStatus::ok);
    }
    SECTION("a stuck interrupt") {
        machine.card.stuck_causes = InterruptStatus::FrameDropped::mask;
        machine.card.raise(Value<InterruptStatus>{InterruptStatus::FrameDropped::mask});
        machine.settle();
        CHECK(machine.driver.status() == DriverStatus::interrupt_stuck);
        machine.card.stuck_causes = 0;
        REQUIRE(machine.driver.start() == DriverStatus::ok);
    }
    machine.lend(1);
    machine.capture(1);
    CHECK(machine.driver.status() == DriverStatus::ok);
    CHECK(machine.driver.statistics().frames == 1);
}

TEST_CASE("bus mastering that somebody turns off ends the capture with the card's word for it", "[dma][driver]") {
    Machine machine;
    machine.lend(2);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.config.set(Value<CommandStatus>{0x2});
    machine.capture(1);
    CHECK(machine.driver.status() == DriverStatus::dma_refused);
    CHECK(machine.last_word().find("BUS_MASTER_OFF") != std::string::npos);
    machine.driver.stop();
    machine.check_all_given_back();
}

TEST_CASE("a frame that has become longer than its buffer ends the capture undelivered", "[dma][driver]") {
    Machine machine;
    machine.lend(2);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(1);
    machine.card.height *= 2;
    machine.capture(1);
    CHECK(machine.driver.status() == DriverStatus::signal_changed);
    CHECK(machine.driver.statistics().frames == 1);
    machine.driver.stop();
    machine.check_all_given_back();
}

TEST_CASE("a cause that cannot be acknowledged ends the capture instead of interrupting for ever", "[dma][driver]") {
    Machine machine(with(GENERATE(InterruptKind::intx, InterruptKind::msi)));
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.stuck_causes = InterruptStatus::FrameDropped::mask;
    machine.card.overrun();
    machine.settle();
    CHECK(machine.driver.status() == DriverStatus::interrupt_stuck);
    CHECK(machine.card.go_addresses.size() == 1);  // although an overrun alone would be retried
    machine.driver.stop();
    machine.check_all_given_back();
}

TEST_CASE("a card that has lost count of its frames is not believed", "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.card.set(Value<FrameCount>{7});
    machine.capture(1);
    CHECK(machine.driver.status() == DriverStatus::card_lost);
    CHECK(machine.driver.statistics().frames == 0);
    machine.card.ignores_abort = true;
    machine.driver.stop();
    CHECK(machine.driver.status() == DriverStatus::card_lost);  // the first failure is the cause
    machine.check_all_given_back();
}

TEST_CASE("a card that is gone when its error is looked into ends the capture", "[dma][driver]") {
    Machine machine;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.card.overrun();
    REQUIRE(machine.interrupts.interrupt());
    machine.card.vanishes_at = 1;
    REQUIRE(machine.interrupts.run_deferred());
    CHECK(machine.driver.status() == DriverStatus::card_lost);
}

TEST_CASE("a card that does not abort loses bus mastering before its memory is freed", "[dma][driver]") {
    Machine machine;
    machine.card.ignores_abort = true;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    const Duration before = machine.clock.now();
    machine.driver.stop();
    CHECK(machine.driver.status() == DriverStatus::stop_timeout);
    CHECK(machine.clock.now() - before <= milliseconds(11));
    CHECK(machine.card.busy());
    machine.check_all_given_back();
    machine.card.card.set(Value<Control>{Control::Enable::mask});
    machine.card.frame();  // finds bus mastering off, and moves nothing
    CHECK_FALSE(machine.card.busy());
}

TEST_CASE("a card that vanishes at any access leaves nothing behind and holds nobody up", "[dma][driver]") {
    const auto settings = with(GENERATE(InterruptKind::intx, InterruptKind::msi));
    for (std::uint64_t n = 1;; ++n) {
        INFO("the card answers no more from access " << n);
        Machine machine(settings);
        machine.lend(2);
        machine.card.vanishes_at = n;
        const Duration before = machine.clock.now();
        const auto status = machine.driver.start();
        if (status == DriverStatus::ok) {
            machine.capture(1);
            machine.driver.stop();
        } else {
            REQUIRE_FALSE(machine.last_word().empty());
            machine.queue.cancel();
        }
        REQUIRE(machine.clock.now() - before < milliseconds(150));
        machine.check_all_given_back();
        REQUIRE(machine.driver.statistics().card_drops == 0);
        while (const auto frame = machine.queue.receive())
            REQUIRE((frame->header.bytes_used == 0 || machine.content_of(*frame) == 1));
        if (machine.card.accesses < n) break;
    }
}

TEST_CASE("a mapping that fails fails the start cleanly, whichever it is", "[dma][driver]") {
    for (unsigned n = 1;; ++n) {
        Machine machine;
        machine.translation.fail_map(n);
        const auto status = machine.driver.start();
        if (status == DriverStatus::ok) {
            CHECK(n == 2);  // one common buffer is one mapping
            break;
        }
        CHECK(status == DriverStatus::no_common_buffer);
        machine.check_all_given_back();
    }
}

TEST_CASE("a start gets by with just the pages that it needs", "[dma][driver]") {
    for (std::uint64_t left = 0;; ++left) {
        Machine machine;
        const auto all = machine.memory.pages() - 1;
        const auto taken = machine.allocator.allocate_contiguous(all - left);
        REQUIRE(taken);
        const auto status = machine.driver.start();
        machine.driver.stop();
        CHECK(machine.allocator.outstanding() == all - left);
        REQUIRE(machine.allocator.free(*taken));
        machine.check_all_given_back();
        if (status == DriverStatus::ok) {
            CHECK(left == 3);  // 1024 bytes of frames, and a guard page on either side
            break;
        }
        CHECK(status == DriverStatus::no_common_buffer);
    }
}
