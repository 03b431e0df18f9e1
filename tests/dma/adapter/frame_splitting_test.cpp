// SPDX-License-Identifier: MIT
#include <tests/dma/adapter/dma_host.h>

#include <algorithm>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::Mdl;

namespace {

const Device device;

/// Moves the whole buffer through an adapter with few registers, in parts of at most `most` bytes, each of which ends
/// at a page where `to_pages`. Returns the number of transfers.
unsigned transfers(DmaHost& host, dma::AdapterObject& adapter, const dma::FrameBuffer& buffer, std::uint64_t most,
                   bool to_pages) {
    const auto mdl = Mdl::of(buffer);
    const std::uint64_t registers = adapter.number_of_map_registers();
    const auto base = granted(adapter, device, registers).value();
    unsigned count = 0;
    for (VirtualAddress at = mdl.start; at < mdl.end(); ++count) {
        std::uint64_t length = most - (to_pages ? at.value % page_size : 0);
        length = std::min(length, mdl.end() - at);
        const auto address = adapter.map_transfer(mdl, base, at, length, false);
        REQUIRE(address);
        host.device_writes(*address, length, at - mdl.start);
        REQUIRE(adapter.flush_adapter_buffers(mdl, base, at, length, false));
        at = at + length;
    }
    adapter.free_map_registers(base, registers);
    CHECK(host.received(buffer, 0, mdl.length));
    CHECK(host.codes().empty());
    return count;
}

}  // namespace

TEST_CASE("a 1080p YUY2 frame takes 1014 registers in one operation", "[dma][adapter][splitting]") {
    for (const std::uint64_t registers : {1013u, 1014u}) {
        DmaHost host(std::nullopt, {.map_registers = registers});
        auto& adapter = host.adapter(packet_device());
        const auto mdl = Mdl::of(host.buffer(frame_1080p_yuy2, 2048));
        REQUIRE(dma::spanned_pages(mdl.start, mdl.length) == 1013);
        const auto late = Mdl::of(host.buffer(frame_1080p_yuy2, 4032));
        REQUIRE(dma::spanned_pages(late.start, late.length) == 1014);
        bool listed = false;
        const auto status = adapter.get_scatter_gather_list(
            &device, late, late.start, late.length, [&](const dma::ScatterGatherList&) { listed = true; }, false);
        CHECK(listed == (registers == 1014));
        CHECK((status == dma::NtStatus::success) == (registers == 1014));
        if (registers < 1014) CHECK(status == dma::NtStatus::insufficient_resources);
    }
}

TEST_CASE("with 16 registers a frame takes 64 transfers split at pages, and 68 as KMDF splits it",
          "[dma][adapter][splitting]") {
    // WDK, "Splitting DMA Transfer Requests"; KMDF: fragments of (registers - 1) pages
    DmaHost host(std::nullopt, {.map_registers = 16});
    auto& adapter = host.adapter(packet_device());
    CHECK(transfers(host, adapter, host.buffer(frame_1080p_yuy2, 0), 16 * page_size, true) == 64);
    CHECK(transfers(host, adapter, host.buffer(frame_1080p_yuy2, 0), 15 * page_size, false) == 68);
    CHECK(transfers(host, adapter, host.buffer(frame_1080p_yuy2, 4095), 15 * page_size, false) == 68);
}

TEST_CASE("with 64 registers a frame takes 16 or 17 transfers", "[dma][adapter][splitting]") {
    DmaHost host(std::nullopt, {.map_registers = 64});
    auto& adapter = host.adapter(packet_device());
    CHECK(transfers(host, adapter, host.buffer(frame_1080p_yuy2, 0), 64 * page_size, true) == 16);
    CHECK(transfers(host, adapter, host.buffer(frame_1080p_yuy2, 0), 63 * page_size, false) == 17);
}

TEST_CASE("a request of 12 registers of which 5 are granted takes 3 operations", "[dma][adapter][splitting]") {
    // the example of WDK, "Splitting DMA Transfer Requests"
    DmaHost host(std::nullopt, {.map_registers = 5});
    auto& adapter = host.adapter(packet_device());
    CHECK(transfers(host, adapter, host.buffer(12 * page_size), 5 * page_size, true) == 3);
}
