// SPDX-License-Identifier: MIT
#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_constraints.h>
#include <tests/support/catch.h>

#include <concepts>
#include <cstdint>
#include <type_traits>

using namespace ghostcard;

namespace {

constexpr std::uint64_t top = ~std::uint64_t{0};

template <class A, class B>
concept Mixable = requires(A a, B b) {
    a - b;
}
|| requires(A a, B b) { a == b; }
|| requires(A a, B b) { a < b; };

}  // namespace

TEST_CASE("an address of one space is none of another", "[base][addresses]") {
    STATIC_REQUIRE_FALSE(std::is_convertible_v<PhysicalAddress, BusAddress>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<VirtualAddress, PhysicalAddress>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<BusAddress, PhysicalAddress>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<BusAddress, std::uint64_t>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::uint64_t, BusAddress>);
    STATIC_REQUIRE_FALSE(Mixable<PhysicalAddress, BusAddress>);
    STATIC_REQUIRE(Mixable<BusAddress, BusAddress>);
}

TEST_CASE("addresses move by bytes and differ by bytes", "[base][addresses]") {
    const PhysicalAddress address{0x1000};
    CHECK(address + 0x234 == PhysicalAddress{0x1234});
    CHECK(address - 1 == PhysicalAddress{0xfff});
    CHECK((address + 0x234) - address == 0x234);
    CHECK(address < address + 1);
    CHECK(page_of(PhysicalAddress{0x1fff}) == address);
    CHECK(page_of(address) == address);
}

TEST_CASE("rounding keeps multiples and moves everything else", "[base][addresses]") {
    CHECK(round_down(8191, 4096) == 4096);
    CHECK(round_down(8192, 4096) == 8192);
    CHECK(round_up(8192, 4096) == 8192);
    CHECK(round_up(8193, 4096) == 12288);
    CHECK(round_up(0, 4096) == 0);
    CHECK(is_aligned(BusAddress{8192}, 4096));
    CHECK_FALSE(is_aligned(BusAddress{8193}, 4096));
}

TEST_CASE("a range is neither empty nor wraps", "[base][addresses]") {
    CHECK_FALSE(BusRange::of({0x1000}, 0));
    CHECK_FALSE(BusRange::of({top}, 2));
    CHECK(BusRange::of({1}, top));
    CHECK_FALSE(BusRange::of({2}, top));
    const auto last_byte = BusRange::of({top}, 1);
    REQUIRE(last_byte);
    CHECK(last_byte->last() == BusAddress{top});
}

TEST_CASE("a range contains its first and its last byte and no neighbour", "[base][addresses]") {
    const auto range = PhysicalRange::of({0x1000}, 0x100).value();
    CHECK(range.contains(PhysicalAddress{0x1000}));
    CHECK(range.contains(PhysicalAddress{0x10ff}));
    CHECK_FALSE(range.contains(PhysicalAddress{0xfff}));
    CHECK_FALSE(range.contains(PhysicalAddress{0x1100}));
    CHECK(range.contains(range));
    CHECK_FALSE(range.contains(PhysicalRange::of({0x1000}, 0x101).value()));
}

TEST_CASE("ranges overlap when they share a byte and not when they touch", "[base][addresses]") {
    const auto range = PhysicalRange::of({0x1000}, 0x100).value();
    CHECK(range.overlaps(PhysicalRange::of({0x10ff}, 1).value()));
    CHECK(range.overlaps(PhysicalRange::of({0}, 0x1001).value()));
    CHECK_FALSE(range.overlaps(PhysicalRange::of({0x1100}, 1).value()));
    CHECK_FALSE(range.overlaps(PhysicalRange::of({0}, 0x1000).value()));
}

TEST_CASE("DMA constraints bind where a buffer begins, what it crosses and where it ends", "[base][dma]") {
    const auto range = [](std::uint64_t base, std::uint64_t size) { return BusRange::of({base}, size).value(); };
    CHECK(DmaConstraints{.alignment = 64}.allow(range(128, 1)));
    CHECK_FALSE(DmaConstraints{.alignment = 64}.allow(range(129, 1)));
    CHECK(DmaConstraints{.boundary = 4096}.allow(range(4096, 4096)));
    CHECK_FALSE(DmaConstraints{.boundary = 4096}.allow(range(4096, 4097)));
    CHECK_FALSE(DmaConstraints{.boundary = 4096}.allow(range(4095, 2)));
    CHECK(DmaConstraints{.address_bits = 32}.allow(range(0xffff'ffff, 1)));
    CHECK_FALSE(DmaConstraints{.address_bits = 32}.allow(range(0xffff'ffff, 2)));
    CHECK(DmaConstraints{.address_bits = 64}.allow(range(top, 1)));
}

TEST_CASE("DMA constraints must be powers of two and an address width that exists", "[base][dma]") {
    CHECK(DmaConstraints{}.valid());
    CHECK(DmaConstraints{.alignment = 1ull << 30, .boundary = 1ull << 63, .address_bits = 64}.valid());
    CHECK_FALSE(DmaConstraints{.alignment = 0}.valid());
    CHECK_FALSE(DmaConstraints{.alignment = 48}.valid());
    CHECK_FALSE(DmaConstraints{.boundary = 4095}.valid());
    CHECK_FALSE(DmaConstraints{.address_bits = 0}.valid());
    CHECK_FALSE(DmaConstraints{.address_bits = 65}.valid());
}
