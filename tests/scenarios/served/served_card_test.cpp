// SPDX-License-Identifier: MIT
#include "scenarios/served/card_port.h"
#include "tests/scenarios/served/served_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;

TEST_CASE("BAR0 is where the client thinks it is, in steps of its size", "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            CHECK(bench.read_config(BaseAddress0::offset) == 0);
            bench.write_config(BaseAddress0::offset, 0xffff'ffff);
            CHECK(bench.read_config(BaseAddress0::offset) == 0xffff'f000);
            bench.write_config(BaseAddress0::offset, 0xfeb0'0000);
            CHECK(bench.read_config(BaseAddress0::offset) == 0xfeb0'0000);
            bench.enable();
            CHECK(bench.read(Id::offset) == 0x4743'5244);
        });
    });
}

TEST_CASE("a reset gives BAR0 and COMMAND their values, and begins the video with its first picture", "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            const auto command = bench.read_config(CommandStatus::offset, 2);
            bench.map_memory(memory_file(ServedBench::memory_size));
            bench.write_config(BaseAddress0::offset, 0xfeb0'0000);
            bench.enable();
            bench.write(Scratch::offset, 7);
            bench.start_capture();
            for (int i = 0; i < 200 && bench.shows_busy(); ++i) bench.advance();
            REQUIRE(bench.machine.card.video().shown() > 0);
            REQUIRE(bench.read_config(CommandStatus::offset, 2) != command);

            bench.card.reset();
            CHECK(bench.read_config(BaseAddress0::offset) == 0);
            CHECK(bench.read_config(CommandStatus::offset, 2) == command);
            CHECK(bench.machine.card.video().shown() == 0);
            bench.enable();
            CHECK(bench.read(Scratch::offset) == 0);
            CHECK(bench.read(Control::offset) == 0);
            CHECK_FALSE(bench.shows_busy());
        });
    });
}

TEST_CASE("a write to a part of COMMAND leaves the rest alone, and clears no bit of STATUS", "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            constexpr std::uint64_t status = CommandStatus::offset + 2;
            bench.enable();
            bench.start_capture(0x5000'0000);  // where nothing is mapped
            for (int i = 0; i < 200 && bench.shows_busy(); ++i) bench.advance();
            const auto aborted = bench.read_config(status, 2);
            REQUIRE((aborted & 0xf900) != 0);
            const auto command = bench.read_config(CommandStatus::offset, 2);
            REQUIRE((command & 0x0406) == 0x0006);
            bench.write_config(CommandStatus::offset + 1, 0x04, 1);
            CHECK(bench.read_config(CommandStatus::offset, 2) == (command | 0x0400));
            bench.write_config(CommandStatus::offset, command, 2);
            CHECK(bench.read_config(CommandStatus::offset, 2) == command);
            CHECK(bench.read_config(status, 2) == aborted);
            bench.write_config(status, aborted, 2);
            CHECK((bench.read_config(status, 2) & 0xf900) == 0);
            CHECK(bench.read_config(CommandStatus::offset, 2) == command);
        });
    });
}

TEST_CASE("by messages the card is seen to be busy until all that it wrote has arrived", "[served]") {
    in_own_simulation([] {
        ServedBench bench;
        bench.run([&bench] {
            bench.map_memory({});
            bench.enable();
            bench.start_capture();
            const scenarios::CardPort port(bench.machine);
            const auto is_busy = [&port] {
                return Value<DmaStatus>{port.peek(DmaStatus::offset)}.get<DmaStatus::Busy>() != 0;
            };
            for (int i = 0; i < 200 && is_busy(); ++i) {
                bench.advance();
                if (!bench.settled()) CHECK(bench.shows_busy());
                if (is_busy()) bench.answer_messages();
            }
            REQUIRE_FALSE(is_busy());
            REQUIRE_FALSE(bench.settled());
            const auto transferred = bench.read(DmaTransferred::offset);
            CHECK(transferred < port.peek(DmaTransferred::offset));
            CHECK(bench.shows_busy());
            CHECK((bench.read(InterruptStatus::offset) & port.peek(InterruptStatus::offset)) !=
                  port.peek(InterruptStatus::offset));
            bench.answer_messages();
            REQUIRE(bench.settled());
            CHECK_FALSE(bench.shows_busy());
            CHECK(bench.read(DmaTransferred::offset) == 64 * 48 * 2);
        });
    });
}
