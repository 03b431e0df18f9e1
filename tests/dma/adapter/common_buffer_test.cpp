// SPDX-License-Identifier: MIT
#include <tests/dma/adapter/dma_host.h>

#include <algorithm>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::DeviceDescription;
using dma::Fragmentation;
using dma::Mdl;
using dma::NtStatus;

// Contracts: DDI, wdm.h, of the routine that a test names.

namespace {

DeviceDescription version_3(std::uint32_t width = 32) {
    return {.version = 3, .dma_address_width = width, .maximum_length = 8 * mib};
}

struct PassiveHost : DmaHost {
    explicit PassiveHost(std::optional<std::uint64_t> constant = std::nullopt, const dma::HalSettings& settings = {})
        : DmaHost(constant, settings) {
        irql.set(Irql::passive);
    }
};

}  // namespace

TEST_CASE("a common buffer of an adapter is contiguous, page-aligned and seen by both sides",
          "[dma][adapter][common]") {
    PassiveHost host(
        GENERATE(std::optional<std::uint64_t>(0), std::optional<std::uint64_t>(gib), std::optional<std::uint64_t>()));
    auto& adapter = host.adapter(packet_device());
    const auto buffer = adapter.allocate_common_buffer(frame_1080p_yuy2).value();
    CHECK(buffer.bus_address.value % page_size == 0);
    CHECK(buffer.bytes.size() == frame_1080p_yuy2);
    host.device_writes(buffer.bus_address, frame_1080p_yuy2);
    for (std::uint64_t at = 0; at < frame_1080p_yuy2; at += 4001)
        CHECK(buffer.bytes[at] == DmaHost::device_content(at));
    adapter.free_common_buffer(frame_1080p_yuy2, buffer.bus_address, buffer.bytes.data());
    adapter.put();
    CHECK(host.codes().empty());
    CHECK(host.verifier.mappings().live().empty());
}

TEST_CASE("a common buffer takes at most as many pages as the adapter has map registers", "[dma][adapter][common]") {
    // WDK, "Using Common-Buffer Bus-Master DMA"
    PassiveHost host(std::nullopt, {.map_registers = 16});
    auto& adapter = host.adapter(packet_device());
    CHECK(adapter.allocate_common_buffer(16 * page_size));
    CHECK_FALSE(adapter.allocate_common_buffer(16 * page_size + 1));
    CHECK_FALSE(adapter.allocate_common_buffer(0));
}

TEST_CASE("a common buffer lies within the device's reach", "[dma][adapter][common]") {
    PassiveHost host(8 * mib);
    auto& adapter = host.adapter({.maximum_length = 4 * mib});  // 24 bits: bus addresses from 8 to 16 MiB hold memory
    const auto buffer = adapter.allocate_common_buffer(4 * mib).value();
    CHECK(buffer.bus_address.value + 4 * mib <= 16 * mib);
    CHECK_FALSE(adapter.allocate_common_buffer(4 * mib));
}

TEST_CASE("a common buffer with a highest address keeps below it, in version 3", "[dma][adapter][common]") {
    PassiveHost host(0);
    auto& adapter = host.adapter(version_3());
    const auto buffer = adapter.allocate_common_buffer(2 * mib, BusAddress{4 * mib - 1}).value();
    CHECK(buffer.bus_address.value + 2 * mib <= 4 * mib);
    CHECK_FALSE(adapter.allocate_common_buffer(4 * mib, BusAddress{4 * mib - 1}));  // page 0 is nobody's
    CHECK_FALSE(host.adapter(packet_device()).allocate_common_buffer(page_size, BusAddress{4 * mib - 1}));
}

TEST_CASE("page tables make a common buffer of scattered pages", "[dma][adapter][common]") {
    // DDI, CreateCommonBufferFromMdl (Windows Server 2022): possibly a contiguous logical range
    PassiveHost host;
    auto& adapter = host.adapter(version_3());
    const auto& buffer = host.buffer(64 * page_size);
    const auto mdl = Mdl::of(buffer);
    BusAddress address;
    REQUIRE(adapter.create_common_buffer_from_mdl(mdl, address) == NtStatus::success);
    host.device_writes(address, mdl.length);
    CHECK(DmaHost::received(buffer, 0, mdl.length));
    adapter.free_common_buffer_from_mdl(address);
    CHECK_FALSE(host.translation.to_physical(address));
    adapter.put();
    CHECK(host.codes().empty());
}

TEST_CASE("without page tables only contiguous pages make a common buffer", "[dma][adapter][common]") {
    PassiveHost host(gib);
    auto& adapter = host.adapter(version_3());
    BusAddress address;
    const auto scattered = Mdl::of(host.buffer(4 * page_size));
    CHECK(adapter.create_common_buffer_from_mdl(scattered, address) == NtStatus::insufficient_resources);
    const auto contiguous = Mdl::of(host.buffer(4 * page_size, 0, Fragmentation::contiguous));
    CHECK(adapter.create_common_buffer_from_mdl(contiguous, address) == NtStatus::success);
    CHECK(address.value == contiguous.pages[0].value + gib);
}

TEST_CASE("an MDL makes a common buffer if it is whole pages, unchained, locked and mapped", "[dma][adapter][common]") {
    PassiveHost host;
    auto& adapter = host.adapter(version_3());
    BusAddress address;
    const auto good = Mdl::of(host.buffer(4 * page_size));
    const auto status = [&](Mdl mdl) { return adapter.create_common_buffer_from_mdl(mdl, address); };
    CHECK(status(Mdl::of(host.buffer(4 * page_size, 64))) == NtStatus::invalid_parameter);
    CHECK(status(Mdl::of(host.buffer(4 * page_size - 1))) == NtStatus::invalid_parameter);
    auto mdl = good;
    mdl.locked = false;
    CHECK(status(mdl) == NtStatus::invalid_parameter);
    mdl = good;
    mdl.system_mapped = false;
    CHECK(status(mdl) == NtStatus::invalid_parameter);
    mdl = good;
    mdl.next = &good;
    CHECK(status(mdl) == NtStatus::invalid_parameter);
    CHECK(host.adapter(packet_device()).create_common_buffer_from_mdl(good, address) == NtStatus::not_supported);
    CHECK(status(good) == NtStatus::success);
}

TEST_CASE("the alignment of DMA is told in bytes", "[dma][adapter][common]") {
    // KMDF 1.11 mended the confusion with DEVICE_OBJECT's AlignmentRequirement, a mask
    PassiveHost host;
    CHECK(host.adapter(packet_device()).dma_alignment() == 1);
    host.hal.declare_device({.alignment = 64}, 4096);
    CHECK(host.adapter(packet_device()).dma_alignment() == 64);
}
