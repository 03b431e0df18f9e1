// SPDX-License-Identifier: MIT
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/register_tables.h>

#include "tests/support/catch.h"

#include <string_view>
#include <utility>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::registers;

TEST_CASE("the card's registers keep the names and offsets that scripts and drivers rely on", "[registers]") {
    using Place = std::pair<std::uint32_t, std::string_view>;
    const std::vector<Place> places{
        {0x000, "ID"},
        {0x004, "VERSION"},
        {0x008, "CAPABILITY"},
        {0x00c, "CONTROL"},
        {0x010, "STATUS"},
        {0x014, "IRQ_STATUS"},
        {0x018, "IRQ_ENABLE"},
        {0x01c, "IRQ_FORCE"},
        {0x020, "DMA_ADDRESS_LOW"},
        {0x024, "DMA_ADDRESS_HIGH"},
        {0x028, "DMA_LENGTH"},
        {0x02c, "DMA_CONTROL"},
        {0x030, "DMA_STATUS"},
        {0x034, "DMA_TRANSFERRED"},
        {0x038, "DMA_BURST"},
        {0x040, "VIDEO_WIDTH"},
        {0x044, "VIDEO_HEIGHT"},
        {0x048, "VIDEO_STRIDE"},
        {0x04c, "VIDEO_FORMAT"},
        {0x050, "FRAME_COUNT"},
        {0x054, "FRAME_TIME_LOW"},
        {0x058, "FRAME_TIME_HIGH"},
        {0x05c, "MEMORY_LEVEL"},
        {0x060, "MEMORY_HIGH_WATER"},
        {0x064, "DROPPED_FRAMES"},
        {0x068, "PATTERN"},
        {0x06c, "SCRATCH"},
    };
    std::vector<Place> declared;
    for (const RegisterInfo& info : card_register_table()) declared.emplace_back(info.offset, info.name);
    CHECK(declared == places);
    CHECK(card_register_table().extent() == 4096);
}

TEST_CASE("the card identifies itself", "[registers]") {
    STATIC_REQUIRE(Value<Id>::reset().raw() == 0x47435244);
    STATIC_REQUIRE(Value<Version>::reset().raw() == 0x00010000);
}

TEST_CASE("the usual card takes 32 bit addresses, 64 byte alignment and 32 MiB in multiples of 4 bytes",
          "[registers]") {
    constexpr auto capability = Value<Capability>::reset();
    STATIC_REQUIRE(capability.get<Capability::AddressBits>() == 32);
    STATIC_REQUIRE(1u << capability.get<Capability::AlignmentLog2>() == 64);
    STATIC_REQUIRE(1u << capability.get<Capability::LengthMultipleLog2>() == 4);
    STATIC_REQUIRE(capability.get<Capability::BoundaryLog2>() == 0);
    STATIC_REQUIRE(1u << capability.get<Capability::MaxLengthLog2>() == 32u << 20);
}

TEST_CASE("CAPABILITY has room for every card that can be built", "[registers]") {
    const auto capability = Value<Capability>{}
                                .with<Capability::AddressBits>(64)
                                .with<Capability::AlignmentLog2>(30)
                                .with<Capability::LengthMultipleLog2>(30)
                                .with<Capability::BoundaryLog2>(63)
                                .with<Capability::MaxLengthLog2>(30);
    CHECK(capability.get<Capability::AddressBits>() == 64);
    CHECK(capability.get<Capability::BoundaryLog2>() == 63);
}

TEST_CASE("the three interrupt registers have the same causes at the same bits", "[registers]") {
    STATIC_REQUIRE(InterruptStatus::FrameDone::mask == 1u << 0);
    STATIC_REQUIRE(InterruptStatus::DmaDone::mask == 1u << 1);
    STATIC_REQUIRE(InterruptStatus::DmaError::mask == 1u << 2);
    STATIC_REQUIRE(InterruptStatus::FrameDropped::mask == 1u << 3);
    STATIC_REQUIRE(InterruptStatus::Forced::mask == 1u << 31);
    STATIC_REQUIRE(InterruptStatus::fields::masks.write_1_to_clear == InterruptEnable::fields::masks.read_write);
    STATIC_REQUIRE(InterruptStatus::fields::masks.write_1_to_clear == InterruptForce::fields::masks.write_only);
}

TEST_CASE("a DMA operation moves 256 bytes in one transaction unless told otherwise", "[registers]") {
    STATIC_REQUIRE(Value<DmaBurst>::reset().get<DmaBurst::Bytes>() == 256);
    STATIC_REQUIRE(Value<DmaBurst>{}.with<DmaBurst::Bytes>(64u << 10).raw() == 0x10000);
}

TEST_CASE("DMA error codes have the data sheet's numbers and names", "[registers]") {
    CHECK(static_cast<std::uint32_t>(DmaErrorCode::layout) == 12);
    CHECK(dma_error_codes.size() == 13);
    CHECK(name_of(DmaErrorCode::none) == "NONE");
    CHECK(name_of(DmaErrorCode::alignment) == "ALIGNMENT");
    CHECK(name_of(DmaErrorCode::bus_master_off) == "BUS_MASTER_OFF");
    CHECK(name_of(DmaErrorCode::layout) == "LAYOUT");
    CHECK(name_of(DmaErrorCode{13}) == "unknown");
    CHECK(Value<DmaStatus>{0x0c04}.get<DmaStatus::ErrorCode>() == DmaErrorCode::layout);
}

TEST_CASE("video formats and patterns have the data sheet's numbers and names", "[registers]") {
    REQUIRE(VideoFormat::Format::values.size() == pixel_formats.size());
    for (std::size_t i = 0; i < pixel_formats.size(); ++i) {
        CHECK(VideoFormat::Format::values[i].value == static_cast<std::uint32_t>(pixel_formats[i]));
        CHECK(VideoFormat::Format::values[i].name == name_of(pixel_formats[i]));
    }
    CHECK(name_of(Pattern::off) == "OFF");
    CHECK(name_of(Pattern::bars) == "BARS");
    CHECK(name_of(Pattern::ramp) == "RAMP");
    CHECK(name_of(Pattern::noise) == "NOISE");
    for (const Enumerator& pattern : patterns) CHECK(name_of(Pattern{pattern.value}) == pattern.name);
}
