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
using test::Machine;
using test::settings_of;

TEST_CASE("stop aborts what is under way, disconnects and gives everything back", "[dma][driver]") {
    Machine machine(settings_of(2, GENERATE(InterruptKind::intx, InterruptKind::msi)));
    machine.lend(3);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(1);
    REQUIRE(machine.card.busy());
    machine.card.trace.clear();
    machine.driver.stop();
    CHECK_FALSE(machine.card.busy());
    CHECK(machine.driver.status() == DriverStatus::ok);
    CHECK_FALSE(machine.card.card.get<Control>().get<Control::Enable>());
    CHECK(machine.card.card.get<InterruptStatus>().raw() == 0);
    CHECK(machine.card.trace[0] == CardAccess{true, InterruptEnable::offset, 0});
    CHECK(machine.queue.returned_buffers() == 3);
    CHECK(machine.content_of(machine.received()) == 1);
    CHECK(machine.received().header.bytes_used == 0);
    CHECK(machine.received().header.bytes_used == 0);
    machine.check_all_given_back();
    CHECK(machine.last_word() == "stopped after 1 frames");
}

TEST_CASE("a frame that arrives at any moment of stop does no harm", "[dma][driver]") {
    for (std::uint64_t n = 1;; ++n) {
        Machine machine;
        machine.lend(3);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        const std::uint64_t started = machine.card.accesses;
        machine.card.before_access = [&](std::uint64_t at) {
            if (at == started + n) machine.card.frame();
        };
        machine.driver.stop();
        machine.settle();
        machine.check_all_given_back();
        if (machine.card.accesses < started + n) break;
    }
}

TEST_CASE("stopping twice, or before the start, does nothing", "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    machine.driver.stop();
    CHECK(machine.queue.empty_buffers() == 1);
    CHECK(machine.card.accesses == 0);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.driver.stop();
    const std::uint64_t accesses = machine.card.accesses;
    machine.driver.stop();
    CHECK(machine.card.accesses == accesses);
    CHECK(machine.driver.events().size() == 7);
}

TEST_CASE("a capture can be started again and counts anew", "[dma][driver]") {
    Machine machine;
    for (std::uint64_t round = 0; round < 3; ++round) {
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        machine.lend(2);
        machine.capture(2);
        for (std::uint64_t i = 0; i < 2; ++i) {
            const auto frame = machine.received();
            CHECK(frame.header.sequence == i);
            CHECK(machine.content_of(frame) == 2 * round + i + 1);
            CHECK_FALSE(frame.header.discontinuity);
        }
        CHECK(machine.driver.statistics().frames == 2);
        if (round == 1) machine.driver.stop();  // in the other round, start() has to
    }
    machine.driver.stop();
    machine.check_all_given_back();
}
