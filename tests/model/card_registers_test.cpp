// SPDX-License-Identifier: MIT
#include "tests/model/card_bench.h"

using namespace ghostcard;
using namespace ghostcard::model;
using namespace ghostcard::registers;
using namespace ghostcard::tests;

TEST_CASE("CAPABILITY tells how the card is built", "[model][card]") {
    CardSettings settings;
    settings.dma = {.alignment = {4096},
                    .length_multiple = {64},
                    .max_length = {1 << 22},
                    .boundary = {1ull << 24},
                    .address_bits = 40,
                    .burst = {512}};
    with_card(
        [](CardBench& bench) {
            bench.enable_device();
            const auto capability = ghostcard::read<Capability>(bench.bar0);
            CHECK(capability.get<Capability::AddressBits>() == 40);
            CHECK(capability.get<Capability::AlignmentLog2>() == 12);
            CHECK(capability.get<Capability::LengthMultipleLog2>() == 6);
            CHECK(capability.get<Capability::BoundaryLog2>() == 24);
            CHECK(capability.get<Capability::MaxLengthLog2>() == 22);
            CHECK(ghostcard::read<DmaBurst>(bench.bar0).raw() == 512);
        },
        settings);
}

TEST_CASE("while an operation is under way GO and its parameters only leave a mark", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        bench.go(0x10000);
        write(bench.bar0, Value<DmaControl>{}.with<DmaControl::Go>(1));
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::GoWhileBusy>() == 1);
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::WriteWhileBusy>() == 0);
        for (const std::uint32_t offset :
             {DmaAddressLow::offset, DmaAddressHigh::offset, DmaLength::offset, DmaBurst::offset}) {
            const std::uint32_t before = bench.bar0.read(offset);
            bench.bar0.write(offset, 0x100 + before);
            CHECK(bench.bar0.read(offset) == before);
        }
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::WriteWhileBusy>() == 1);
        write(bench.bar0, Value<DmaStatus>{}.with<DmaStatus::GoWhileBusy>(1).with<DmaStatus::WriteWhileBusy>(1));
        const auto status = ghostcard::read<DmaStatus>(bench.bar0);
        CHECK(status.get<DmaStatus::GoWhileBusy>() == 0);
        CHECK(status.get<DmaStatus::WriteWhileBusy>() == 0);
        CHECK(status.get<DmaStatus::Busy>() == 1);
    });
}

TEST_CASE("STATUS shows the second field and the end of the signal", "[model][card]") {
    with_card(
        [](CardBench& bench) {
            bench.enable_device();
            CHECK(ghostcard::read<VideoWidth>(bench.bar0).raw() == 720);
            CHECK(ghostcard::read<VideoHeight>(bench.bar0).raw() == 480);
            bench.capture();
            pass(bench.frame_period() * 5 / 4);
            CHECK(ghostcard::read<Status>(bench.bar0).get<Status::SecondField>() == 0);
            pass(bench.frame_period() / 2);
            CHECK(ghostcard::read<Status>(bench.bar0).get<Status::SecondField>() == 1);
            CHECK(ghostcard::read<Status>(bench.bar0).get<Status::VideoPresent>() == 0);  // its one picture has begun
            CHECK(ghostcard::read<VideoWidth>(bench.bar0).raw() == 0);
        },
        {}, "480i59.94", 1);
}

TEST_CASE("INTA# is the level of what is latched and enabled", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        const auto forced = Value<InterruptForce>{}.with<InterruptForce::Forced>(1);
        write(bench.bar0, forced);
        pass(nanoseconds(1));
        CHECK_FALSE(bench.inta.read());
        write(bench.bar0, Value<InterruptEnable>{}.with<InterruptEnable::Forced>(1));
        pass(nanoseconds(1));
        CHECK(bench.inta.read());
        write(bench.config, ghostcard::read<CommandStatus>(bench.config).with<CommandStatus::InterruptDisable>(1));
        pass(nanoseconds(1));
        CHECK_FALSE(bench.inta.read());
        CHECK(ghostcard::read<CommandStatus>(bench.config).get<CommandStatus::InterruptStatus>() == 1);
        write(bench.config, ghostcard::read<CommandStatus>(bench.config).with<CommandStatus::InterruptDisable>(0));
        pass(nanoseconds(1));
        CHECK(bench.inta.read());
    });
}

TEST_CASE("MSI sends a message for each rise of the request and leaves INTA# alone", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        write(bench.config, Value<MessageAddressLow>{0xfee00000});
        write(bench.config, Value<MessageAddressHigh>{0});
        write(bench.config, Value<MessageData>{0x4242});
        write(bench.config, ghostcard::read<MessageCapability>(bench.config).with<MessageCapability::Enable>(1));
        write(bench.bar0,
              Value<InterruptEnable>{}.with<InterruptEnable::Forced>(1).with<InterruptEnable::FrameDone>(1));
        const auto force = Value<InterruptForce>{}.with<InterruptForce::Forced>(1);
        write(bench.bar0, force);
        pass(nanoseconds(1));
        REQUIRE(bench.memory.writes.count(0xfee00000) == 1);
        CHECK(load_little_endian(bench.memory.writes[0xfee00000]) == 0x4242);
        CHECK_FALSE(bench.inta.read());
        bench.memory.writes.clear();
        write(bench.bar0, force);
        pass(nanoseconds(1));
        CHECK(bench.memory.writes.empty());
        write(bench.bar0, Value<InterruptStatus>{}.with<InterruptStatus::Forced>(1));
        write(bench.bar0, force);
        pass(nanoseconds(1));
        CHECK(bench.memory.writes.size() == 1);
    });
}

TEST_CASE("a soft reset empties the card and leaves configuration space alone", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        write(bench.config, Value<BaseAddress0>{0xe0000000});
        write(bench.bar0, Value<Scratch>{0x12345678});
        bench.capture();
        bench.go();
        pass(bench.frame_period() * 3 / 2);
        write(bench.bar0, Value<Control>{}.with<Control::SoftReset>(1));
        pass(nanoseconds(1));
        CHECK(ghostcard::read<Control>(bench.bar0).raw() == 0);
        CHECK(ghostcard::read<Scratch>(bench.bar0).raw() == 0);
        CHECK_FALSE(bench.busy());
        CHECK(bench.causes().raw() == 0);
        CHECK(ghostcard::read<MemoryLevel>(bench.bar0).raw() == 0);
        CHECK(ghostcard::read<BaseAddress0>(bench.config).raw() == 0xe0000000);
        const auto shown = bench.card.video().shown();
        pass(bench.frame_period() * 2);
        CHECK(bench.card.video().shown() == shown);
    });
}

TEST_CASE("BAR0 answers only while memory space is enabled and the card is in D0", "[model][card]") {
    with_card([](CardBench& bench) {
        std::array<std::byte, 4> word{};
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, word) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        bench.enable_device();
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, word) == tlm::TLM_OK_RESPONSE);
        write(bench.config, Value<PowerControl>{}.with<PowerControl::PowerState>(3));
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, word) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        write(bench.config, Value<PowerControl>{}.with<PowerControl::PowerState>(0));
        CHECK(ghostcard::read<CommandStatus>(bench.config).get<CommandStatus::MemorySpace>() == 0);
    });
}

TEST_CASE("bytes of a register can be reached alone; what is no register access is refused", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        write(bench.bar0, Value<Scratch>{0x44332211});
        std::array<std::byte, 8> data{std::byte{0xaa}, std::byte{0xbb}};
        const std::span<std::byte> bytes(data);
        CHECK(bench.bar0.access(tlm::TLM_WRITE_COMMAND, Scratch::offset + 1, bytes.first(2)) == tlm::TLM_OK_RESPONSE);
        CHECK(ghostcard::read<Scratch>(bench.bar0).raw() == 0x44bbaa11);
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, Scratch::offset + 3, bytes.first(1)) == tlm::TLM_OK_RESPONSE);
        CHECK(data[0] == std::byte{0x44});
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 2, bytes.first(4)) == tlm::TLM_BURST_ERROR_RESPONSE);
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, bytes) == tlm::TLM_BURST_ERROR_RESPONSE);
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 4096, bytes.first(4)) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(bench.bar0.read(0xffc) == 0);
    });
}
