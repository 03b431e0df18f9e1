// SPDX-License-Identifier: MIT
#include "tests/support/simulation.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/base/typed_registers.h>
#include <ghostcard/platform/platform.h>

#include <stdexcept>

using namespace ghostcard;
using namespace ghostcard::platform;
using namespace ghostcard::tests;

namespace {

model::VideoInput video(const char* mode = "64x48@25") {
    return {model::open_signal({mode, "noise", registers::PixelFormat::yuy2}, 1), 1, 10};
}

}  // namespace

TEST_CASE("the firmware places BAR0 where the register window looks for it", "[platform]") {
    in_own_simulation([] {
        Platform platform({}, video());
        platform.run(
            [&] {
                CHECK(read<registers::BaseAddress0>(platform.card_config).raw() == 0xe000'0000);
                CHECK(read<registers::Id>(platform.card_registers).raw() == 0xffff'ffff);  // memory space is still off
                write(platform.card_config,
                      Value<registers::CommandStatus>{}.with<registers::CommandStatus::MemorySpace>(1));
                CHECK(read<registers::Id>(platform.card_registers).raw() == registers::Id::Magic::reset);
            },
            milliseconds(1));
    });
}

#ifndef GHOSTCARD_ADDRESS_SANITIZER  // an exception after coroutines have run leaves it with false alarms (sanitizers
                                     // issue
                                     // 189)
TEST_CASE("a program that does not end is told of instead of waited for", "[platform]") {
    in_own_simulation([] {
        Platform platform({}, video());
        CHECK_THROWS_WITH(platform.run(
                              [&] {
                                  for (;;) platform.cpu.stall(microseconds(10));
                              },
                              milliseconds(2)),
                          contains("has not ended after 2 ms"));
    });
}
#endif

TEST_CASE("an offset that puts RAM over the devices is refused", "[platform]") {
    in_own_simulation([] {
        PlatformSettings settings;
        settings.host.translation = bus::TranslationKind::offset;
        settings.host.offset = {(3ull << 30) - (128ull << 20)};
        CHECK_THROWS_AS(Platform(settings, video()), InputError);
    });
}

namespace {

/// The first frame that the card moves to the bus address `base`, as it stands in memory then, and how it went.
struct Moved {
    std::vector<std::byte> bytes;
    registers::DmaErrorCode error = registers::DmaErrorCode::none;
};
Moved move_one_frame(const PlatformSettings& settings, std::uint64_t physical, std::uint64_t base,
                     std::function<void(Platform&)> disturb = {}) {
    using namespace registers;
    Moved moved;
    constexpr std::uint32_t frame_bytes = 64 * 48 * 2;
    Platform platform(settings, video());
    platform.run(
        [&] {
            auto& bar0 = platform.card_registers;
            write(platform.card_config,
                  Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1));
            write(bar0, Value<DmaAddressLow>{static_cast<std::uint32_t>(base)});
            write(bar0, Value<DmaAddressHigh>{static_cast<std::uint32_t>(base >> 32)});
            write(bar0, Value<DmaLength>{frame_bytes});
            write(bar0, Value<Control>{}.with<Control::Enable>(1));
            if (disturb) platform.cpu.stall(milliseconds(79));  // the frame is in card memory
            write(bar0, Value<DmaControl>{}.with<DmaControl::Go>(1));
            if (disturb) disturb(platform);
            while (read<DmaStatus>(bar0).get<DmaStatus::Busy>()) platform.cpu.stall(microseconds(20));
            moved.error = read<DmaStatus>(bar0).get<DmaStatus::ErrorCode>();
            const auto bytes = *platform.memory.at(*PhysicalRange::of({physical}, frame_bytes));
            moved.bytes.assign(bytes.begin(), bytes.end());
        },
        milliseconds(500));
    return moved;
}

std::vector<std::byte> picture(std::uint64_t number) {
    return model::open_signal({"64x48@25", "noise", registers::PixelFormat::yuy2}, 1)
        .source->frame(number, registers::PixelFormat::yuy2);
}

}  // namespace

TEST_CASE("a frame that the card moves over any bus is in memory as it was shown", "[platform]") {
    const unsigned width = GENERATE(32u, 64u);
    const std::uint64_t offset = GENERATE(0u, 2ull << 30, 8ull << 30);
    in_own_simulation([&] {
        PlatformSettings settings;
        settings.pci.width = width;
        settings.host.translation = bus::TranslationKind::offset;
        settings.host.offset = {offset};
        settings.card.dma.address_bits = 64;
        const Moved moved = move_one_frame(settings, 0x10000, 0x10000 + offset);
        CHECK(moved.error == registers::DmaErrorCode::none);
        CHECK(moved.bytes == picture(0));
    });
}

TEST_CASE("ABORT, a lost bus mastering or a soft reset ends a run between two of its bursts", "[platform]") {
    using namespace registers;
    const int which = GENERATE(0, 1, 2);
    in_own_simulation([&] {
        PlatformSettings settings;
        settings.card.memory = {1 << 20};
        settings.card.dma.burst = {64};
        std::uint64_t card_bytes = 0;
        const Moved moved = move_one_frame(settings, 0x10000, 0x10000, [&](Platform& platform) {
            auto& bar0 = platform.card_registers;
            CHECK(read<DmaStatus>(bar0).get<DmaStatus::Busy>() == 1);
            if (which == 0) write(bar0, Value<DmaControl>{}.with<DmaControl::Abort>(1));
            if (which == 1) write(platform.card_config, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1));
            if (which == 2) write(bar0, Value<Control>{}.with<Control::SoftReset>(1));
            CHECK(read<DmaStatus>(bar0).get<DmaStatus::Busy>() == 0);
            card_bytes = platform.bus_statistics.masters().at(Platform::card_master).bytes;
        });
        CHECK(moved.error == (which == 0   ? DmaErrorCode::aborted
                              : which == 1 ? DmaErrorCode::bus_master_off
                                           : DmaErrorCode::none));
        CHECK(card_bytes >= 64);
        CHECK(card_bytes <= 8 * 64);
    });
}
