// SPDX-License-Identifier: MIT
#include <ghostcard/dma/host_dma_adapter.h>
#include <tests/dma/fake_translation.h>
#include <tests/support/catch.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

using namespace ghostcard;
using dma::GuardDamage;
using dma::HostDmaAdapter;
using dma::PageAllocator;
using test::FakeTranslation;

namespace {

constexpr std::uint64_t mib = 1ull << 20;
constexpr std::uint64_t gib = 1ull << 30;

struct Host {
    explicit Host(std::optional<std::uint64_t> constant, std::uint64_t size = 64 * mib)
        : memory(size), translation(constant) {}

    /// What the device does: bytes at bus addresses.
    std::byte& device_byte(BusAddress address) {
        return memory.at(*PhysicalRange::of(translation.to_physical(address).value(), 1))->front();
    }
    CommonBuffer allocated(std::uint64_t length, const DmaConstraints& constraints = {}) {
        CommonBuffer buffer;
        REQUIRE(adapter.allocate_common_buffer(length, constraints, buffer) == DmaError::none);
        return buffer;
    }
    DmaError error(std::uint64_t length, const DmaConstraints& constraints = {}) {
        CommonBuffer buffer;
        return adapter.allocate_common_buffer(length, constraints, buffer);
    }

    HostMemory memory;
    PageAllocator allocator{memory, Random(1, "pages")};
    FakeTranslation translation;
    HostDmaAdapter adapter{memory, allocator, translation};
};

const std::array<std::optional<std::uint64_t>, 5> regimes{
    0,              // identity
    2 * gib,        // a constant...
    5 * page_size,  // ...that is a multiple of nothing that a device wants
    0 - 16 * mib,   // bus below physical
    std::nullopt,   // page tables
};

}  // namespace

TEST_CASE("a common buffer meets the device's constraints on the bus under every translation", "[dma][adapter]") {
    const auto regime = GENERATE(0u, 1u, 2u, 3u, 4u);
    Host host(regimes.at(regime));
    for (const std::uint64_t alignment : {1ull, 64ull, 4096ull, 65536ull, 1ull << 20})
        for (const std::uint64_t boundary : {0ull, 65536ull, 16ull << 20})
            for (const std::uint64_t length : {1ull, 4096ull, 65536ull, 4'147'200ull}) {
                if (boundary != 0 && length > boundary) continue;
                const DmaConstraints constraints{.alignment = alignment, .boundary = boundary, .address_bits = 32};
                const CommonBuffer buffer = host.allocated(length, constraints);
                CHECK(constraints.allow(BusRange::of(buffer.bus_address, length).value()));
                CHECK(is_aligned(buffer.bus_address, page_size));
                CHECK(host.adapter.free_common_buffer(buffer) == DmaError::none);
            }
    CHECK(host.allocator.outstanding() == 0);
    CHECK(host.translation.mapped() == 0);
    CHECK_FALSE(host.translation.unmapped_what_was_not_mapped());
}

TEST_CASE("CPU and device see the same bytes of a common buffer", "[dma][adapter]") {
    const auto regime = GENERATE(0u, 1u, 2u, 3u, 4u);
    Host host(regimes.at(regime));
    const CommonBuffer buffer = host.allocated(3 * page_size + 5);
    REQUIRE(buffer.bytes.size() == 3 * page_size + 5);
    for (std::size_t i = 0; i < buffer.bytes.size(); i += 1021) {
        host.device_byte(buffer.bus_address + i) = std::byte(i / 1021 + 1);
        CHECK(buffer.bytes[i] == std::byte(i / 1021 + 1));
    }
}

TEST_CASE("a common buffer is physically contiguous", "[dma][adapter]") {
    Host host(std::nullopt);
    const CommonBuffer buffer = host.allocated(100 * page_size);
    const auto first = host.adapter.physical_address(buffer.bytes.data()).value();
    for (std::size_t i = 0; i < buffer.bytes.size(); i += page_size / 2) {
        CHECK(host.adapter.physical_address(&buffer.bytes[i]) == first + i);
        CHECK(host.translation.to_physical(buffer.bus_address + i) == first + i);
    }
}

TEST_CASE("only pointers into a common buffer have a physical address", "[dma][adapter]") {
    Host host(0);
    const CommonBuffer buffer = host.allocated(100);
    const std::byte elsewhere{};
    CHECK(host.adapter.physical_address(buffer.bytes.data() + 99));
    CHECK_FALSE(host.adapter.physical_address(buffer.bytes.data() + 100));
    CHECK_FALSE(host.adapter.physical_address(buffer.bytes.data() - 1));
    CHECK_FALSE(host.adapter.physical_address(&elsewhere));
    CHECK(host.adapter.free_common_buffer(buffer) == DmaError::none);
    CHECK_FALSE(host.adapter.physical_address(buffer.bytes.data()));
}

TEST_CASE("a common buffer is zeroed, also in pages that were used before", "[dma][adapter]") {
    Host host(0);
    for (int i = 0; i < 2; ++i) {
        const CommonBuffer buffer = host.allocated(3 * page_size);
        CHECK(std::ranges::all_of(buffer.bytes, [](std::byte byte) { return byte == std::byte{0}; }));
        std::ranges::fill(buffer.bytes, std::byte{0xee});
        CHECK(host.adapter.free_common_buffer(buffer) == DmaError::none);
    }
}

TEST_CASE("a request that makes no sense is refused", "[dma][adapter]") {
    Host host(0);
    CHECK(host.error(0) == DmaError::invalid_request);
    CHECK(host.error(1, {.alignment = 0}) == DmaError::invalid_request);
    CHECK(host.error(1, {.alignment = 3}) == DmaError::invalid_request);
    CHECK(host.error(1, {.boundary = 100}) == DmaError::invalid_request);
    CHECK(host.error(1, {.address_bits = 0}) == DmaError::invalid_request);
    CHECK(host.error(1, {.address_bits = 65}) == DmaError::invalid_request);
    CHECK(host.error(65537, {.boundary = 65536}) == DmaError::invalid_request);
    CHECK(host.error(65536, {.boundary = 65536}) == DmaError::none);
}

TEST_CASE("a request that cannot be met says whether memory or bus addresses are missing", "[dma][adapter]") {
    SECTION("more than there is") {
        Host host(0);
        CHECK(host.error(64 * mib) == DmaError::out_of_memory);
        CHECK(host.error(~std::uint64_t{0}) == DmaError::out_of_memory);
    }
    SECTION("a constant that lies above the device's reach") {
        Host host(4 * gib);
        CHECK(host.error(1, {.address_bits = 32}) == DmaError::out_of_memory);
        CHECK(host.error(1, {.address_bits = 33}) == DmaError::none);
    }
    SECTION("page tables that are full") {
        Host host(std::nullopt);
        host.translation.fail_map(1);
        CHECK(host.error(1) == DmaError::no_bus_addresses);
    }
    SECTION("a translation that does not keep its word") {
        Host host(std::nullopt);
        host.translation.ignore_constraints();
        CHECK(host.error(1, {.alignment = 1 * gib}) == DmaError::no_bus_addresses);
        CHECK(host.translation.mapped() == 0);
    }
}

TEST_CASE("a failed request leaves the buffer alone and keeps nothing", "[dma][adapter]") {
    Host host(std::nullopt);
    host.translation.fail_map(1);
    CommonBuffer buffer{{}, {0x1234}};
    CHECK(host.adapter.allocate_common_buffer(page_size, {}, buffer) == DmaError::no_bus_addresses);
    CHECK(buffer.bytes.empty());
    CHECK(buffer.bus_address == BusAddress{0x1234});
    CHECK(host.adapter.outstanding() == 0);
    CHECK(host.allocator.outstanding() == 0);
}

TEST_CASE("a buffer is freed once and exactly as it was allocated", "[dma][adapter]") {
    Host host(2 * gib);
    const CommonBuffer buffer = host.allocated(page_size);
    const CommonBuffer other = host.allocated(page_size);
    CHECK(host.adapter.outstanding() == 2);
    CHECK(host.adapter.free_common_buffer({buffer.bytes.first(10), buffer.bus_address}) == DmaError::unknown_buffer);
    CHECK(host.adapter.free_common_buffer({buffer.bytes, other.bus_address}) == DmaError::unknown_buffer);
    CHECK(host.adapter.free_common_buffer({}) == DmaError::unknown_buffer);
    CHECK(host.adapter.outstanding() == 2);
    CHECK(host.adapter.free_common_buffer(buffer) == DmaError::none);
    CHECK(host.adapter.free_common_buffer(buffer) == DmaError::unknown_buffer);
    CHECK(host.adapter.outstanding() == 1);
}

TEST_CASE("an adapter that goes takes its buffers along", "[dma][adapter]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, Random(1, "pages"));
    FakeTranslation translation;
    {
        HostDmaAdapter adapter(memory, allocator, translation);
        CommonBuffer buffer;
        REQUIRE(adapter.allocate_common_buffer(1, {}, buffer) == DmaError::none);
    }
    CHECK(allocator.outstanding() == 0);
    CHECK(translation.mapped() == 0);
}

TEST_CASE("a device that keeps inside its buffer damages no guard", "[dma][adapter]") {
    Host host(0);
    const CommonBuffer buffer = host.allocated(page_size + 100);
    host.device_byte(buffer.bus_address) = std::byte{1};
    host.device_byte(buffer.bus_address + (page_size + 99)) = std::byte{1};
    CHECK(host.adapter.damaged_guards().empty());
    CHECK(host.adapter.free_common_buffer(buffer) == DmaError::none);
    CHECK(host.adapter.damaged_guards().empty());
}

TEST_CASE("a byte written outside a buffer shows at once and after the buffer is freed", "[dma][adapter]") {
    const std::int64_t length = page_size + 100;
    const std::int64_t offset = GENERATE(-4096, -1, 4096 + 100, 2 * 4096 - 1, 2 * 4096, 3 * 4096 - 1);
    Host host(GENERATE(0ull, 2 * gib));
    const CommonBuffer other = host.allocated(1);
    const CommonBuffer buffer = host.allocated(static_cast<std::uint64_t>(length));
    host.device_byte(buffer.bus_address + static_cast<std::uint64_t>(offset)) = std::byte{1};
    const std::vector expected{GuardDamage{buffer.bus_address, static_cast<std::uint64_t>(length), offset}};
    CHECK(host.adapter.damaged_guards() == expected);
    CHECK(host.adapter.free_common_buffer(buffer) == DmaError::none);
    CHECK(host.adapter.damaged_guards() == expected);
    CHECK(host.adapter.free_common_buffer(other) == DmaError::none);
}

TEST_CASE("each side of a buffer reports its first damaged byte", "[dma][adapter]") {
    Host host(0);
    const CommonBuffer buffer = host.allocated(page_size);
    for (std::uint64_t i = 0; i < 3; ++i) {
        host.device_byte(buffer.bus_address + (page_size + 7 + i)) = std::byte{1};
        host.device_byte(buffer.bus_address - (9 - i)) = std::byte{1};
    }
    const auto damage = host.adapter.damaged_guards();
    REQUIRE(damage.size() == 2);
    CHECK(damage[0].offset == -9);
    CHECK(damage[1].offset == 4096 + 7);
}

TEST_CASE("page tables cover a buffer but not its guard pages", "[dma][adapter]") {
    Host host(std::nullopt);
    const CommonBuffer buffer = host.allocated(page_size + 100);
    CHECK(host.translation.to_physical(buffer.bus_address + (2 * page_size - 1)));
    CHECK_FALSE(host.translation.to_physical(buffer.bus_address + 2 * page_size));
    CHECK_FALSE(host.translation.to_physical(buffer.bus_address - 1));
}
