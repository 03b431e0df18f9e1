// SPDX-License-Identifier: MIT
#include <tests/dma/adapter/dma_host.h>

#include <algorithm>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::AllocationAction;
using dma::BouncePolicy;
using dma::Fragmentation;
using dma::MapRegisterBase;
using dma::Mdl;
using dma::NtStatus;

// Sequences: WDK, "Using Packet-Based Bus-Master DMA"; contracts: DDI, wdm.h, of the routine that a test names.

namespace {

const Device device;

constexpr dma::HalSettings always{.policy = {.bounce = BouncePolicy::always}};

struct Mapped {
    MapRegisterBase base;
    BusAddress address;
    std::uint64_t length;
};

Mapped map(dma::AdapterObject& adapter, const Mdl& mdl, std::uint64_t length, bool to_device) {
    const auto base = granted(adapter, device, dma::spanned_pages(mdl.start, length));
    REQUIRE(base);
    const auto address = adapter.map_transfer(mdl, *base, mdl.start, length, to_device);
    REQUIRE(address);
    return {*base, *address, length};
}

const std::optional<std::uint64_t> regimes[] = {0, gib, std::nullopt};

}  // namespace

TEST_CASE("a device without scatter/gather gets one address for a scattered buffer", "[dma][adapter][packet]") {
    // WDK, "Using Scatter/Gather DMA"; KB Q101349: the HAL's buffer is contiguous.
    DmaHost host(GENERATE(from_range(std::begin(regimes), std::end(regimes))));
    auto& adapter = host.adapter(packet_device());
    const auto& buffer = host.buffer(frame_1080p_yuy2, 64);
    const auto mdl = Mdl::of(buffer);
    CHECK(buffer.fragments().size() == 1013);
    const auto mapped = map(adapter, mdl, mdl.length, false);
    CHECK(mapped.length == frame_1080p_yuy2);
    host.device_writes(mapped.address, mapped.length);
    CHECK_FALSE(host.received(buffer, 0, 1));  // the data is in the buffer only after the flush
    CHECK(adapter.flush_adapter_buffers(mdl, mapped.base, mdl.start, mdl.length, false));
    CHECK(host.received(buffer, 0, frame_1080p_yuy2));
    adapter.free_map_registers(mapped.base, 1013);
    adapter.put();
    CHECK(host.codes().empty());
}

TEST_CASE("what is contiguous and within reach is copied only where the host always copies", "[dma][adapter][packet]") {
    // KB Q101349 says when necessary, KMDF's fxdmaenabler.cpp says always.
    for (const bool copies : {false, true}) {
        DmaHost host(GENERATE(from_range(std::begin(regimes), std::end(regimes))),
                     copies ? always : dma::HalSettings{});
        auto& adapter = host.adapter(packet_device());
        const auto& buffer = host.buffer(3 * page_size, 128, Fragmentation::contiguous);
        const auto mdl = Mdl::of(buffer);
        const auto mapped = map(adapter, mdl, mdl.length, false);
        host.device_writes(mapped.address, mapped.length);
        CHECK(host.received(buffer, 0, mdl.length) == !copies);
        CHECK(adapter.flush_adapter_buffers(mdl, mapped.base, mdl.start, mdl.length, false));
        CHECK(host.received(buffer, 0, mdl.length));
    }
}

TEST_CASE("the returned address keeps the byte offset, copied or not", "[dma][adapter][packet]") {
    // ReactOS, IoMapTransfer: so a copy cures no misalignment.
    for (const auto& settings : {dma::HalSettings{}, always})
        for (const std::uint64_t offset : {0u, 1u, 63u, 64u, 4095u}) {
            DmaHost host(std::nullopt, settings);
            auto& adapter = host.adapter(packet_device());
            const auto mdl = Mdl::of(host.buffer(10'000, offset));
            CHECK(map(adapter, mdl, mdl.length, true).address.value % page_size == offset);
        }
}

TEST_CASE("data for the device is copied by MapTransfer", "[dma][adapter][packet]") {
    DmaHost host(std::nullopt, always);
    auto& adapter = host.adapter(packet_device());
    auto& buffer = host.buffer(10'000, 100);
    const auto mdl = Mdl::of(buffer);
    const auto mapped = map(adapter, mdl, mdl.length, true);
    CHECK(host.device_sees(mapped.address, mapped.length));
    std::ranges::fill(buffer.bytes(), std::byte{0});
    CHECK(host.device_sees(mapped.address, mapped.length));
    CHECK(adapter.flush_adapter_buffers(mdl, mapped.base, mdl.start, mdl.length, true));
    CHECK(buffer.bytes()[0] == std::byte{0});  // and not copied back
}

TEST_CASE("a short DMA that is flushed at full length delivers the poison of the registers", "[dma][adapter][packet]") {
    // ReactOS, IoFlushAdapterBuffers: as many bytes as asked for are copied.
    DmaHost host(std::nullopt, always);
    auto& adapter = host.adapter(packet_device());
    const auto& buffer = host.buffer(10'000);
    const auto mdl = Mdl::of(buffer);
    const auto mapped = map(adapter, mdl, mdl.length, false);
    host.device_writes(mapped.address, 6'000);
    CHECK(adapter.flush_adapter_buffers(mdl, mapped.base, mdl.start, 10'000, false));
    CHECK(host.received(buffer, 0, 6'000));
    for (std::uint64_t at = 6'000; at < 10'000; ++at) REQUIRE(buffer.bytes()[at] == std::byte{0x0f});
}

TEST_CASE("a flush of what has arrived leaves the rest of the buffer alone", "[dma][adapter][packet]") {
    DmaHost host(std::nullopt, always);
    auto& adapter = host.adapter(packet_device());
    const auto& buffer = host.buffer(10'000);
    const auto mdl = Mdl::of(buffer);
    const auto mapped = map(adapter, mdl, mdl.length, false);
    host.device_writes(mapped.address, 6'000);
    CHECK(adapter.flush_adapter_buffers(mdl, mapped.base, mdl.start, 6'000, false));
    CHECK(host.received(buffer, 0, 6'000));
    CHECK(buffer.bytes()[6'000] == DmaHost::content(6'000));
    adapter.free_map_registers(mapped.base, 3);
    adapter.put();
    CHECK(host.codes().empty());
}

TEST_CASE("with scatter/gather MapTransfer gives one contiguous run at a time", "[dma][adapter][packet]") {
    DmaHost host(GENERATE(from_range(std::begin(regimes), std::end(regimes))));
    auto& adapter = host.adapter(list_device());
    const auto& buffer = host.buffer(3 * page_size, 100);
    const auto mdl = Mdl::of(buffer);
    const auto base = granted(adapter, device, 4).value();
    std::vector<std::uint64_t> lengths;
    for (VirtualAddress at = mdl.start; at < mdl.end();) {
        std::uint64_t length = mdl.end() - at;
        const auto address = adapter.map_transfer(mdl, base, at, length, false);
        REQUIRE(address);
        host.device_writes(*address, length, at - mdl.start);
        lengths.push_back(length);
        at = at + length;
    }
    CHECK(lengths == std::vector<std::uint64_t>{page_size - 100, page_size, page_size, 100});
    CHECK(host.received(buffer, 0, mdl.length));  // straight into it
    CHECK(adapter.flush_adapter_buffers(mdl, base, mdl.start, mdl.length, false));
    adapter.free_map_registers(base, 4);
    adapter.put();
    CHECK(host.codes().empty());
}

TEST_CASE("a NULL base is a success of an adapter that never copies", "[dma][adapter][packet]") {
    // KMDF, fxdmatransactionpacket.hpp
    const auto base_of = [](const dma::DeviceDescription& description, const dma::HalSettings& settings,
                            std::optional<std::uint64_t> constant) {
        DmaHost host(constant, settings);
        return granted(host.adapter(description), device, 3).value();
    };
    CHECK(base_of(list_device(), {}, 0).is_null());
    CHECK(base_of(list_device(), {}, std::nullopt).is_null());
    CHECK_FALSE(base_of(packet_device(), {}, 0).is_null());
    CHECK_FALSE(base_of(list_device(), always, 0).is_null());
    CHECK_FALSE(base_of({.maximum_length = 8192}, {}, 15 * mib).is_null());  // 24 bits, and memory beyond them
}

TEST_CASE("what lies beyond a device's address width is copied, page by page for a list", "[dma][adapter][packet]") {
    // WDK, "Performing DMA in 64-bit Windows". Memory begins 8 MiB below 4 GiB on this bus.
    DmaHost host(4 * gib - 8 * mib);
    auto& adapter = host.adapter(list_device(1 * mib));
    const auto& buffer = host.buffer(4 * page_size, 0, Fragmentation::scattered);  // scattered pages lie high
    REQUIRE(buffer.pages()[0].value > 8 * mib);
    const auto mdl = Mdl::of(buffer);
    const auto base = granted(adapter, device, 4).value();
    for (std::uint64_t done = 0; done < mdl.length; done += page_size) {
        std::uint64_t length = mdl.length - done;
        const auto address = adapter.map_transfer(mdl, base, mdl.start + done, length, false);
        REQUIRE(address);
        CHECK(length == page_size);
        CHECK(address->value + length <= 4 * gib);
        host.device_writes(*address, length, done);
    }
    CHECK_FALSE(host.received(buffer, 0, 1));
    CHECK(adapter.flush_adapter_buffers(mdl, base, mdl.start, mdl.length, false));
    CHECK(host.received(buffer, 0, mdl.length));
}

TEST_CASE("more registers than the adapter has are refused and the routine is never called", "[dma][adapter][packet]") {
    DmaHost host(std::nullopt, {.map_registers = 16});
    auto& adapter = host.adapter(packet_device());
    bool called = false;
    const auto control = [&called](MapRegisterBase) {
        called = true;
        return AllocationAction::deallocate_object;
    };
    CHECK(adapter.allocate_adapter_channel(&device, 17, control) == NtStatus::insufficient_resources);
    CHECK_FALSE(called);
    CHECK(host.codes() == Codes{"0xE6/0x0C"});
    CHECK(adapter.allocate_adapter_channel(&device, 16, control) == NtStatus::success);
    CHECK(called);
}

TEST_CASE("requests wait in one queue for the registers of all adapters", "[dma][adapter][packet]") {
    DmaHost host(std::nullopt, {.map_registers = 16});
    auto& one = host.adapter(packet_device());
    auto& other = host.adapter(packet_device());
    const Device second, third;
    const auto first = granted(one, device, 12).value();
    std::vector<int> order;
    const auto noting = [&order](int name) {
        return [&order, name](MapRegisterBase) {
            order.push_back(name);
            return AllocationAction::deallocate_object;
        };
    };
    CHECK(other.allocate_adapter_channel(&second, 8, noting(2)) == NtStatus::success);
    CHECK(one.allocate_adapter_channel(&third, 1, noting(3)) == NtStatus::success);
    CHECK(order.empty());
    one.free_map_registers(first, 12);
    CHECK(order == std::vector{2, 3});
    CHECK(host.codes().empty());
}

TEST_CASE("a channel that is kept makes the adapter's other requests wait", "[dma][adapter][packet]") {
    DmaHost host;
    auto& adapter = host.adapter(packet_device());
    const Device second;
    CHECK(adapter.allocate_adapter_channel(&device, 1, [](MapRegisterBase) { return AllocationAction::keep_object; }) ==
          NtStatus::success);
    CHECK_FALSE(granted(adapter, second, 1));
    adapter.free_adapter_channel(&device);
    const Device third;
    CHECK(granted(adapter, third, 1));
    CHECK(host.codes().empty());
}

TEST_CASE("with KeepObject the registers go with the channel, with DeallocateObject at once",
          "[dma][adapter][packet]") {
    DmaHost host(std::nullopt, {.map_registers = 4});
    auto& adapter = host.adapter(packet_device());
    const auto answer = [&](AllocationAction action) {
        CHECK(adapter.allocate_adapter_channel(&device, 4, [action](MapRegisterBase) { return action; }) ==
              NtStatus::success);
    };
    answer(AllocationAction::deallocate_object);
    answer(AllocationAction::keep_object);
    adapter.free_adapter_channel(&device);
    answer(AllocationAction::deallocate_object);
    adapter.put();
    CHECK(host.codes().empty());
}

TEST_CASE("a synchronous request fails instead of waiting, and a waiting one can be cancelled",
          "[dma][adapter][packet]") {
    // DDI, AllocateAdapterChannelEx (DMA_SYNCHRONOUS_CALLBACK) and CancelAdapterChannel: version 3
    DmaHost host(std::nullopt, {.map_registers = 4});
    auto description = packet_device();
    description.version = 3;
    description.dma_address_width = 32;
    auto& adapter = host.adapter(description);
    const Device second, third;
    const auto held = granted(adapter, device, 4).value();
    bool called = false;
    const auto control = [&called](MapRegisterBase) {
        called = true;
        return AllocationAction::deallocate_object;
    };
    CHECK(adapter.allocate_adapter_channel(&second, 1, control, false) == NtStatus::insufficient_resources);
    CHECK(adapter.allocate_adapter_channel(&third, 1, control) == NtStatus::success);
    CHECK_FALSE(adapter.cancel_adapter_channel(&second));
    CHECK(adapter.cancel_adapter_channel(&third));
    adapter.free_map_registers(held, 4);
    CHECK_FALSE(called);
}

TEST_CASE("page tables can give a scattered buffer one address without a copy, if the host uses them so",
          "[dma][adapter][packet]") {
    DmaHost host(std::nullopt, {.map_registers = 1, .policy = {.gather_by_translation = true}});
    auto& adapter = host.adapter(packet_device());
    const auto& buffer = host.buffer(10 * page_size, 64);
    const auto mdl = Mdl::of(buffer);
    const auto base = granted(adapter, device, 1).value();
    std::uint64_t length = mdl.length;
    const auto address = adapter.map_transfer(mdl, base, mdl.start, length, false);
    REQUIRE(address);
    CHECK(address->value % page_size == 64);
    host.device_writes(*address, length);
    CHECK(host.received(buffer, 0, mdl.length));
    CHECK(adapter.flush_adapter_buffers(mdl, base, mdl.start, length, false));
    adapter.free_map_registers(base, 1);
    adapter.put();
    CHECK(host.codes().empty());
}

TEST_CASE("an adapter that goes with transfers under way leaves no mapping behind", "[dma][adapter][packet]") {
    HostMemory memory(16 * mib);
    dma::PageAllocator allocator(memory, Random(1, "pages"));
    FakeTranslation translation;
    auto buffer = dma::FrameBuffer::allocate(memory, allocator, 10'000, 0, Fragmentation::scattered).value();
    const auto mdl = Mdl::of(buffer);
    {
        dma::Hal hal(memory, allocator, translation, {});
        std::uint64_t registers = 0;
        auto& adapter = *hal.adapter(packet_device(), registers);
        auto& lists = *hal.adapter(list_device(), registers);
        (void)map(adapter, mdl, mdl.length, false);
        (void)map(lists, mdl, 100, false);
        CHECK(adapter.allocate_common_buffer(8192));
        CHECK(translation.mapped() > 0);
    }
    CHECK(translation.mapped() == 0);
    CHECK_FALSE(translation.unmapped_what_was_not_mapped());
    CHECK(allocator.outstanding() == buffer.pages().size());
}
