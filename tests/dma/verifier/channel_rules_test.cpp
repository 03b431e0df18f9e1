// SPDX-License-Identifier: MIT
#include <tests/dma/verifier/packet_host.h>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::AllocationAction;
using dma::MapRegisterBase;
using dma::NtStatus;

// Requests for map registers, and their return. Each case breaks one rule of Microsoft's bug check 0xE6 or of Linux's
// kernel/dma/debug.c and reads the finding; docs/verifier.md says which case is whose.

namespace {

const Device device;

}  // namespace

TEST_CASE("a request that waits for registers side by side is found", "[dma][verifier]") {
    DmaHost host(std::nullopt, {.map_registers = 8});
    auto& adapter = host.adapter(packet_device());
    const Device one, two, three, four;
    const auto first = granted(adapter, one, 3).value();
    const auto between = granted(adapter, two, 2).value();
    const auto last = granted(adapter, three, 3).value();
    adapter.free_map_registers(first, 3);
    adapter.free_map_registers(last, 3);
    CHECK(host.codes().empty());
    CHECK_FALSE(granted(adapter, four, 4));
    CHECK(host.codes() == Codes{"0xE6/0x00-2"});
    adapter.free_map_registers(between, 2);
}

TEST_CASE("a channel that is freed without being kept is found", "[dma][verifier]") {
    DmaHost host;
    auto& adapter = host.adapter(packet_device());
    CHECK(adapter.allocate_adapter_channel(&device, 1, [](MapRegisterBase) { return AllocationAction::keep_object; }) ==
          NtStatus::success);
    adapter.free_adapter_channel(&device);
    CHECK(host.codes().empty());
    adapter.free_adapter_channel(&device);
    CHECK(host.codes() == Codes{"0xE6/0x04"});
}

TEST_CASE("map registers that are freed again are found", "[dma][verifier]") {
    Packet host;
    host.free();
    CHECK(host.codes().empty());
    host.free();
    CHECK(host.codes() == Codes{"0xE6/0x05"});
}

TEST_CASE("a second request of a device whose first one waits is found, also from its own routine", "[dma][verifier]") {
    DmaHost host(std::nullopt, {.map_registers = 8});
    auto& adapter = host.adapter(packet_device());
    const auto again = [&] {
        return adapter.allocate_adapter_channel(&device, 1,
                                                [](MapRegisterBase) { return AllocationAction::deallocate_object; });
    };
    SECTION("from its routine") {
        NtStatus second{};
        CHECK(adapter.allocate_adapter_channel(&device, 1, [&](MapRegisterBase) {
            second = again();
            return AllocationAction::deallocate_object;
        }) == NtStatus::success);
        CHECK(second == NtStatus::unsuccessful);
    }
    SECTION("while it waits") {
        const auto held = granted(adapter, Device{}, 4).value();
        auto& other = host.adapter(packet_device());
        const auto rest = granted(other, Device{}, 4).value();
        CHECK_FALSE(granted(adapter, device, 1));
        CHECK(again() == NtStatus::unsuccessful);
        adapter.free_map_registers(held, 4);
        other.free_map_registers(rest, 4);
    }
    CHECK(host.codes() == Codes{"0xE6/0x0B"});
    CHECK(again() == NtStatus::success);
}

TEST_CASE("a request for more registers than the adapter has is found", "[dma][verifier]") {
    DmaHost host(std::nullopt, {.map_registers = 16});
    auto& adapter = host.adapter(packet_device());
    CHECK(adapter.allocate_adapter_channel(&device, 17, {}) == NtStatus::insufficient_resources);
    CHECK(host.codes() == Codes{"0xE6/0x0C"});
}

TEST_CASE("map registers that are freed after the device has finished, but before a flush, are found",
          "[dma][verifier]") {
    Packet host;
    host.device_writes(host.map(), host.mdl.length);
    host.free();
    CHECK(host.codes() == Codes{"0xE6/0x0D"});
    CHECK_FALSE(DmaHost::received(*host.buffers[0], 0, 1));  // and the data is lost
}

TEST_CASE("map registers that are freed while the device is at work are found", "[dma][verifier]") {
    Packet host;
    host.device_writes(host.map(), host.mdl.length - 1);
    host.free();
    CHECK(host.codes() == Codes{"0xE6/0x10"});
}

TEST_CASE("a routine of one level only is found at any other", "[dma][verifier]") {
    Packet host;
    for (const Irql level : {Irql::passive, Irql::device}) {
        const IrqlState::Raised raised(host.irql, level);
        CHECK(host.adapter.allocate_adapter_channel(&device, 99999, {}) == NtStatus::insufficient_resources);
    }
    CHECK(host.codes() == Codes{"0xE6/0x13-1", "0xE6/0x0C"});
    CHECK(host.verifier.findings()[0].times == 2);
    (void)host.adapter.dma_alignment();  // at DISPATCH_LEVEL
    CHECK(host.verifier.findings().size() == 3);
    CHECK(host.verifier.findings()[2].what.find("PASSIVE_LEVEL") != std::string::npos);
}

TEST_CASE("a routine of DISPATCH_LEVEL and below is found above", "[dma][verifier]") {
    Packet host;
    const auto map_at = [&](Irql level) {
        const IrqlState::Raised raised(host.irql, level);
        (void)host.map();
        (void)host.flush();
    };
    map_at(Irql::passive);
    map_at(Irql::dispatch);
    CHECK(host.codes().empty());
    map_at(Irql::device);
    CHECK(host.codes() == Codes{"0xE6/0x13-2", "0xE6/0x13-2"});
}

TEST_CASE("more registers in several grants than the adapter has are found", "[dma][verifier]") {
    DmaHost host(std::nullopt, {.map_registers = std::nullopt});
    auto& adapter = host.adapter(packet_device(2 * page_size));  // 3 registers
    const Device second;
    (void)granted(adapter, device, 2);
    (void)granted(adapter, second, 1);
    CHECK(host.codes().empty());
    const Device third;
    (void)granted(adapter, third, 1);
    CHECK(host.codes() == Codes{"0xE6/0x15"});
}

TEST_CASE("map registers that are freed in another number than granted are found", "[dma][verifier]") {
    Packet host;
    host.adapter.free_map_registers(host.base, host.registers - 1);
    CHECK(host.codes() == Codes{"LINUX-4"});
}
