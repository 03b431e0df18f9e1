// SPDX-License-Identifier: MIT
#include <tests/dma/verifier/packet_host.h>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::AllocationAction;
using dma::MapRegisterBase;
using dma::NtStatus;

// Each case breaks one rule of Microsoft's bug check 0xE6 or of Linux's kernel/dma/debug.c and reads the finding;
// docs/verifier.md says which case is whose.

namespace {

const Device device;

struct Passive : DmaHost {
    Passive() : DmaHost(std::nullopt, {}, 64 * mib, Irql::passive) {}
    dma::AdapterObject& packet = adapter(packet_device());
    CommonBuffer common = packet.allocate_common_buffer(6000).value();
    void free() { packet.free_common_buffer(6000, common.bus_address, common.bytes.data()); }
};

}  // namespace

TEST_CASE("a common buffer that is freed again is found", "[dma][verifier]") {
    Passive host;
    host.free();
    CHECK(host.codes().empty());
    host.free();
    CHECK(host.codes() == Codes{"0xE6/0x03"});
}

TEST_CASE("an adapter that is put with a common buffer left is found", "[dma][verifier]") {
    Passive host;
    host.packet.put();
    CHECK(host.codes() == Codes{"0xE6/0x07"});
}

TEST_CASE("an adapter that is put with a channel left is found", "[dma][verifier]") {
    DmaHost host;
    auto& adapter = host.adapter(packet_device());
    CHECK(adapter.allocate_adapter_channel(&device, 1, [](MapRegisterBase) { return AllocationAction::keep_object; }) ==
          NtStatus::success);
    adapter.put();
    CHECK(host.codes() == Codes{"0xE6/0x08"});
}

TEST_CASE("an adapter that is put with map registers left is found", "[dma][verifier]") {
    Packet host;
    host.adapter.put();
    CHECK(host.codes() == Codes{"0xE6/0x09"});
}

TEST_CASE("a byte beside a common buffer's pages is found when the buffer is freed", "[dma][verifier]") {
    const auto damage_at = [](std::int64_t offset) {
        DmaHost host(0);  // a constant translation lets the device reach what lies beside
        host.irql.set(Irql::passive);
        auto& adapter = host.adapter(packet_device());
        const auto buffer = adapter.allocate_common_buffer(6000).value();
        host.device_byte({buffer.bus_address.value + static_cast<std::uint64_t>(offset)}) = std::byte{1};
        adapter.free_common_buffer(6000, buffer.bus_address, buffer.bytes.data());
        return host.codes();
    };
    CHECK(damage_at(-9) == Codes{"0xE6/0x0F-4"});
    CHECK(damage_at(-8) == Codes{"0xE6/0x0F-1"});
    CHECK(damage_at(-1) == Codes{"0xE6/0x0F-1"});
    CHECK(damage_at(0).empty());
    CHECK(damage_at(5999).empty());
    CHECK(damage_at(6000) == Codes{"0xE6/0x0F-5"});
    CHECK(damage_at(8191) == Codes{"0xE6/0x0F-5"});
    CHECK(damage_at(8192) == Codes{"0xE6/0x0F-2"});
    CHECK(damage_at(8199) == Codes{"0xE6/0x0F-2"});
    CHECK(damage_at(8200) == Codes{"0xE6/0x0F-5"});
}

TEST_CASE("the use of an adapter after it was put is found and has no effect", "[dma][verifier]") {
    DmaHost host;
    auto& adapter = host.adapter(packet_device());
    adapter.put();
    CHECK(host.codes().empty());
    CHECK(adapter.allocate_adapter_channel(&device, 1, {}) == NtStatus::unsuccessful);
    CHECK(host.codes() == Codes{"0xE6/0x18"});
    adapter.put();
    CHECK(host.codes() == Codes{"0xE6/0x18", "0xE6/0x18"});
}

TEST_CASE("NULL in place of an adapter is found", "[dma][verifier]") {
    DmaHost host;
    host.hal.put(nullptr);
    CHECK(host.codes() == Codes{"0xE6/0x19"});
}

TEST_CASE("HalGetAdapter is found, and gives an adapter on a system that still has it", "[dma][verifier]") {
    for (const bool legacy : {false, true}) {
        DmaHost host(std::nullopt, {.legacy_adapters = legacy});
        std::uint64_t registers = 0;
        CHECK((host.hal.hal_get_adapter(packet_device(), registers) != nullptr) == legacy);
        CHECK(host.codes() == Codes{"0xE6/0x1E"});
    }
}

TEST_CASE("the value of a failed allocation is found when it is freed", "[dma][verifier]") {
    Passive host;
    host.packet.free_common_buffer(6000, {}, nullptr);
    host.packet.free_common_buffer(6000, {~std::uint64_t{0}}, nullptr);
    CHECK(host.codes() == Codes{"LINUX-2", "LINUX-2"});
}

TEST_CASE("memory that was never allocated is found when it is freed", "[dma][verifier]") {
    Passive host;
    host.packet.free_common_buffer(6000, host.common.bus_address + 64 * mib, host.common.bytes.data());
    CHECK(host.codes() == Codes{"LINUX-3"});
}

TEST_CASE("a common buffer that is freed with another size is found and stays", "[dma][verifier]") {
    Passive host;
    host.packet.free_common_buffer(5999, host.common.bus_address, host.common.bytes.data());
    CHECK(host.codes() == Codes{"LINUX-4"});
    host.free();
    CHECK(host.codes().size() == 1);
}

TEST_CASE("a common buffer that is freed with another pointer is found", "[dma][verifier]") {
    Passive host;
    host.packet.free_common_buffer(6000, host.common.bus_address, host.common.bytes.data() + 1);
    CHECK(host.codes() == Codes{"LINUX-6"});
}
