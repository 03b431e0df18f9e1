// SPDX-License-Identifier: MIT
#include <tests/dma/adapter/dma_host.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::BouncePolicy;
using dma::Fragmentation;
using dma::Mdl;
using dma::NtStatus;
using dma::ScatterGatherElement;
using dma::ScatterGatherList;

// Contracts: DDI, wdm.h, of the routine that a test names.

namespace {

const Device device;
constexpr dma::HalSettings always{.policy = {.bounce = BouncePolicy::always}};
const std::optional<std::uint64_t> regimes[] = {0, gib, std::nullopt};

/// A list that came at once, with its elements.
struct Listed {
    ScatterGatherList list;
    std::vector<ScatterGatherElement> elements;
};

std::optional<Listed> listed(dma::AdapterObject& adapter, const Mdl& mdl, bool to_device = false) {
    std::optional<Listed> made;
    std::uint64_t length = 0;
    for (const Mdl* each = &mdl; each != nullptr; each = each->next) length += each->length;
    const auto status = adapter.get_scatter_gather_list(
        &device, mdl, mdl.start, length,
        [&made](const ScatterGatherList& list) {
            made = Listed{list, {list.elements.begin(), list.elements.end()}};
        },
        to_device);
    CHECK((status == NtStatus::success || !made));
    return made;
}

void device_fills(DmaHost& host, const Listed& made) {
    std::uint64_t done = 0;
    for (const auto& [address, length] : made.elements) {
        host.device_writes(address, length, done);
        done += length;
    }
}

}  // namespace

TEST_CASE("a list has an element for each physical run of the buffer", "[dma][adapter][list]") {
    DmaHost host(GENERATE(from_range(std::begin(regimes), std::end(regimes))));
    auto& adapter = host.adapter(list_device());
    for (const std::uint64_t offset : {0u, 64u, 2047u, 2049u}) {
        const auto& buffer = host.buffer(frame_1080p_yuy2, offset);
        const auto made = listed(adapter, Mdl::of(buffer)).value();
        CHECK(made.elements.size() == buffer.fragments().size());
        CHECK(made.elements.size() == (offset + frame_1080p_yuy2 + 4095) / 4096);
        const auto total = [](std::uint64_t sum, const ScatterGatherElement& each) { return sum + each.length; };
        CHECK(std::accumulate(made.elements.begin(), made.elements.end(), std::uint64_t{0}, total) == frame_1080p_yuy2);
        adapter.put_scatter_gather_list(made.list, false);
    }
    const auto& contiguous = host.buffer(frame_1080p_yuy2, 64, Fragmentation::contiguous);
    CHECK(listed(adapter, Mdl::of(contiguous))->elements.size() == 1);
}

TEST_CASE("a device without scatter/gather gets a list of one element", "[dma][adapter][list]") {
    // WDK, "Using Scatter/Gather DMA"
    DmaHost host(GENERATE(from_range(std::begin(regimes), std::end(regimes))));
    auto& adapter = host.adapter(packet_device());
    const auto& buffer = host.buffer(frame_1080p_yuy2, 64);
    const auto mdl = Mdl::of(buffer);
    const auto made = listed(adapter, mdl).value();
    REQUIRE(made.elements.size() == 1);
    CHECK(made.elements[0].length == frame_1080p_yuy2);
    CHECK(made.elements[0].address.value % page_size == 64);
    device_fills(host, made);
    CHECK_FALSE(host.received(buffer, 0, 1));
    adapter.put_scatter_gather_list(made.list, false);
    CHECK(host.received(buffer, 0, frame_1080p_yuy2));
    adapter.put();
    CHECK(host.codes().empty());
}

TEST_CASE("a device without scatter/gather gets one element for each MDL of a chain", "[dma][adapter][list]") {
    // KMDF, fxdmatransaction: the HAL makes each MDL contiguous, not the chain
    DmaHost host;
    auto& adapter = host.adapter(packet_device());
    const auto& first = host.buffer(10'000, 100);
    const auto& second = host.buffer(5'000, 200);
    const auto tail = Mdl::of(second);
    auto chain = Mdl::of(first);
    chain.next = &tail;
    const auto made = listed(adapter, chain).value();
    REQUIRE(made.elements.size() == 2);
    CHECK(made.elements[0].length == 10'000);
    CHECK(made.elements[1].length == 5'000);
    device_fills(host, made);
    adapter.put_scatter_gather_list(made.list, false);
    CHECK(host.received(first, 0, 10'000));
    CHECK(second.bytes()[0] == DmaHost::device_content(10'000));
}

TEST_CASE("where everything is copied a list keeps its elements", "[dma][adapter][list]") {
    DmaHost host(std::nullopt, always);
    auto& adapter = host.adapter(list_device());
    const auto& buffer = host.buffer(3 * page_size, 64, Fragmentation::contiguous);
    const auto mdl = Mdl::of(buffer);
    const auto made = listed(adapter, mdl).value();
    CHECK(made.elements.size() == 4);
    device_fills(host, made);
    adapter.put_scatter_gather_list(made.list, false);
    CHECK(host.received(buffer, 0, mdl.length));
    CHECK(host.codes().empty());
}

TEST_CASE("lists wait for registers, and those that never fit fail at once", "[dma][adapter][list]") {
    DmaHost host(std::nullopt, {.map_registers = 16});
    auto& adapter = host.adapter(packet_device());
    const auto one = Mdl::of(host.buffer(12 * page_size));
    const auto two = Mdl::of(host.buffer(5 * page_size));
    const auto too_long = Mdl::of(host.buffer(17 * page_size));
    const auto first = listed(adapter, one).value();
    bool came = false;
    CHECK(adapter.get_scatter_gather_list(
              &device, two, two.start, two.length, [&came](const ScatterGatherList&) { came = true; }, false) ==
          NtStatus::success);  // several may wait for one device object
    CHECK_FALSE(came);
    CHECK(adapter.get_scatter_gather_list(
              &device, two, two.start, two.length, [](const ScatterGatherList&) {}, false, false) ==
          NtStatus::insufficient_resources);
    CHECK(adapter.get_scatter_gather_list(
              &device, too_long, too_long.start, too_long.length, [](const ScatterGatherList&) {}, false) ==
          NtStatus::insufficient_resources);
    adapter.put_scatter_gather_list(first.list, false);
    CHECK(came);
}

TEST_CASE("a list that needs no registers does not fail for their number", "[dma][adapter][list]") {
    DmaHost host(std::nullopt, {.map_registers = 16});
    auto& adapter = host.adapter(list_device());
    CHECK(listed(adapter, Mdl::of(host.buffer(17 * page_size)))->elements.size() == 17);
}

TEST_CASE("a list is built in the caller's memory if that holds what was calculated", "[dma][adapter][list]") {
    DmaHost host;
    auto& adapter = host.adapter(list_device());
    const auto mdl = Mdl::of(host.buffer(10 * page_size, 100));
    std::uint64_t size = 0, registers = 0;
    REQUIRE(adapter.calculate_scatter_gather_list(&mdl, mdl.start, mdl.length, size, registers) == NtStatus::success);
    CHECK(registers == 11);
    std::vector<ScatterGatherElement> memory(size / sizeof(ScatterGatherElement) + 1);
    const auto bytes = std::as_writable_bytes(std::span(memory));
    std::optional<ScatterGatherList> made;
    const auto build = [&](std::span<std::byte> given) {
        return adapter.build_scatter_gather_list(
            &device, mdl, mdl.start, mdl.length, [&](const ScatterGatherList& list) { made = list; }, false, given);
    };
    CHECK(build(bytes.first(size - 1)) == NtStatus::buffer_too_small);
    CHECK_FALSE(made);
    CHECK(build(bytes.first(size)) == NtStatus::success);
    REQUIRE(made);
    CHECK(made->elements.data() == memory.data());
    CHECK(made->elements.size() == 11);
    adapter.put_scatter_gather_list(*made, false);
    CHECK(host.codes().empty());
}

TEST_CASE("without an MDL the worst page offset is calculated", "[dma][adapter][list]") {
    DmaHost host;
    auto& adapter = host.adapter(list_device());
    std::uint64_t size = 0, registers = 0, worst = 0;
    CHECK(adapter.calculate_scatter_gather_list(nullptr, {}, frame_1080p_yuy2, worst, registers) == NtStatus::success);
    CHECK(registers == 1014);
    CHECK(adapter.calculate_scatter_gather_list(nullptr, {}, 1, size, registers) == NtStatus::success);
    CHECK(registers == 1);
    CHECK(adapter.calculate_scatter_gather_list(nullptr, {}, 2, size, registers) == NtStatus::success);
    CHECK(registers == 2);
    CHECK(size < worst);
}

TEST_CASE("Calculate and Build are no routines of version 1", "[dma][adapter][list]") {
    DmaHost host;
    auto description = list_device();
    description.version = 1;
    auto& adapter = host.adapter(description);
    const auto mdl = Mdl::of(host.buffer(100));
    std::uint64_t size = 0, registers = 0;
    Mdl other;
    CHECK(adapter.calculate_scatter_gather_list(&mdl, mdl.start, 100, size, registers) == NtStatus::not_supported);
    CHECK(adapter.build_scatter_gather_list(&device, mdl, mdl.start, 100, [](const ScatterGatherList&) {}, false, {}) ==
          NtStatus::not_supported);
    const auto made = listed(adapter, mdl).value();
    CHECK(adapter.build_mdl_from_scatter_gather_list(made.list, &mdl, other) == NtStatus::not_supported);
}

TEST_CASE("the MDL of a list is that of the copy, once", "[dma][adapter][list]") {
    DmaHost host;
    auto& adapter = host.adapter(packet_device());
    const auto mdl = Mdl::of(host.buffer(3 * page_size, 64));
    const auto made = listed(adapter, mdl).value();
    Mdl copy;
    CHECK(adapter.build_mdl_from_scatter_gather_list(made.list, nullptr, copy) == NtStatus::invalid_parameter);
    CHECK(adapter.build_mdl_from_scatter_gather_list(made.list, &mdl, copy) == NtStatus::success);
    CHECK(copy.length == mdl.length);
    CHECK(copy.pages.size() == 4);
    CHECK(copy.physical(copy.start) == host.translation.to_physical(made.elements[0].address));
    CHECK(copy.runs(copy.start, copy.length).size() == 1);
    CHECK(adapter.build_mdl_from_scatter_gather_list(made.list, &mdl, copy) == NtStatus::none_mapped);
}
