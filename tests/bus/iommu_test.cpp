// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"

#include <ghostcard/bus/constant_translation.h>
#include <ghostcard/bus/iommu.h>

#include <array>

using namespace ghostcard;
using namespace ghostcard::bus;

namespace {

constexpr RequesterId card{0, 1, 0};
constexpr RequesterId other{0, 2, 0};
constexpr DmaConstraints any{.alignment = 1, .boundary = 0, .address_bits = 32};

PhysicalRange pages(std::uint64_t first, std::uint64_t count) {
    return *PhysicalRange::of({first * page_size}, count * page_size);
}

}  // namespace

TEST_CASE("under a constant translation bus and physical addresses differ by it, for all of RAM",
          "[bus][translation]") {
    const HostMemory memory(1 << 20);
    const std::uint64_t offset = GENERATE(0u, 0x8000'0000u);
    ConstantTranslation translation(memory, offset);
    CHECK(translation.translate(card, *BusRange::of({offset + 0x1234}, 1), true) == PhysicalRange::of({0x1234}, 1));
    CHECK(translation.decodes({offset + (1 << 20) - 1}));
    CHECK_FALSE(translation.decodes({offset + (1 << 20)}));
    if (offset > 0) CHECK_FALSE(translation.decodes({0x1234}));
    Translation& host = translation.for_device(card);
    CHECK(host.constant_offset() == offset);
    CHECK(host.map(pages(2, 1), DmaDirection::both, any) == BusAddress{offset + 2 * page_size});
    CHECK_FALSE(host.map(pages(2, 1), DmaDirection::both, {.alignment = 1 << 20, .boundary = 0, .address_bits = 32}));
}

TEST_CASE("the IOMMU reaches what is mapped for the device, and nothing else", "[bus][translation]") {
    Iommu iommu;
    Translation& host = iommu.for_device(card);
    const auto base = host.map(pages(7, 2), DmaDirection::both, any);
    REQUIRE(base);
    CHECK(iommu.translate(card, *BusRange::of(*base, 1), true) == PhysicalRange::of({7 * page_size}, 1));
    CHECK(iommu.translate(card, *BusRange::of(*base + 2 * page_size - 1, 1), false) ==
          PhysicalRange::of({9 * page_size - 1}, 1));
    CHECK_FALSE(iommu.translate(card, *BusRange::of(*base + 2 * page_size, 1), true));
    CHECK_FALSE(iommu.translate(card, *BusRange::of(*base - 1, 1), true));
    CHECK_FALSE(iommu.translate(card, *BusRange::of({7 * page_size}, 1), true));
    CHECK_FALSE(iommu.translate(other, *BusRange::of(*base, 1), true));
    host.unmap(*BusRange::of(*base, 2 * page_size));
    CHECK_FALSE(iommu.translate(card, *BusRange::of(*base, 1), true));
}

TEST_CASE("the IOMMU keeps the direction that a mapping was made for", "[bus][translation]") {
    Iommu iommu;
    const auto in = iommu.for_device(card).map(pages(1, 1), DmaDirection::to_memory, any);
    const auto out = iommu.for_device(card).map(pages(2, 1), DmaDirection::from_memory, any);
    CHECK(iommu.translate(card, *BusRange::of(*in, 1), true));
    CHECK_FALSE(iommu.translate(card, *BusRange::of(*in, 1), false));
    CHECK(iommu.translate(card, *BusRange::of(*out, 1), false));
    CHECK_FALSE(iommu.translate(card, *BusRange::of(*out, 1), true));
}

TEST_CASE("bus ranges of the IOMMU are apart, aligned, within their boundary, and used again", "[bus][translation]") {
    IommuDomain domain;
    const DmaConstraints strict{.alignment = 1 << 16, .boundary = 1 << 20, .address_bits = 32};
    std::vector<BusRange> ranges;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const std::uint64_t count = 1 + i * 7 % 200;
        const auto base = domain.map(pages(1000 * i, count), DmaDirection::both, strict);
        REQUIRE(base);
        const auto range = *BusRange::of(*base, count * page_size);
        CHECK(strict.allow(range));
        for (const BusRange& earlier : ranges) CHECK_FALSE(range.overlaps(earlier));
        ranges.push_back(range);
    }
    domain.unmap(ranges[3]);
    CHECK(domain.map(pages(5, ranges[3].size() / page_size), DmaDirection::both, strict) == ranges[3].base());
}

TEST_CASE("the IOMMU refuses what its window cannot hold", "[bus][translation]") {
    IommuDomain domain;
    CHECK_FALSE(domain.map(pages(0, 1 << 19), DmaDirection::both, any));  // 2 GiB, and a guard page
    CHECK_FALSE(domain.map(pages(0, 1), DmaDirection::both, {.alignment = 1, .boundary = 0, .address_bits = 30}));
    CHECK(domain.map(pages(0, 1), DmaDirection::both, {.alignment = 1, .boundary = 0, .address_bits = 31}));
}

TEST_CASE("the IOMMU makes neighbours on the bus of pages that are none", "[bus][translation]") {
    Iommu iommu;
    Translation& host = iommu.for_device(card);
    const std::array<PhysicalAddress, 4> scattered{
        {{9 * page_size}, {2 * page_size}, {3 * page_size}, {7 * page_size}}};
    const auto base = host.map_pages(scattered, DmaDirection::to_memory, any);
    REQUIRE(base);
    const BusRange whole = *BusRange::of(*base, 4 * page_size);
    for (std::uint64_t at = 0; at < whole.size(); at += 512) {
        const auto found = iommu.translate(card, *BusRange::of(*base + at, 1), true);
        CHECK(found == PhysicalRange::of(scattered[at / page_size] + at % page_size, 1));
    }
    CHECK(iommu.translate(card, whole, true) == PhysicalRange::of({9 * page_size}, page_size));
    CHECK(iommu.translate(card, *BusRange::of(*base + page_size + 8, 3 * page_size - 8), true) ==
          PhysicalRange::of({2 * page_size + 8}, 2 * page_size - 8));
    CHECK_FALSE(iommu.translate(card, whole, false));
    CHECK_FALSE(iommu.translate(card, *BusRange::of(*base + 4 * page_size, 1), true));
    CHECK_FALSE(host.map_pages({}, DmaDirection::both, any));
    host.unmap(whole);
    CHECK_FALSE(iommu.translate(card, *BusRange::of(*base, 1), true));
}
