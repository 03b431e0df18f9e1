// SPDX-License-Identifier: MIT
#include <tests/dma/adapter/dma_host.h>

#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::AllocationAction;
using dma::BouncePolicy;
using dma::MapRegisterBase;
using dma::Mdl;
using dma::NtStatus;
using dma::ScatterGatherList;

// Each case breaks one rule of Microsoft's bug check 0xE6 or of Linux's kernel/dma/debug.c and reads the finding;
// docs/verifier.md says which case is whose.

namespace {

const Device device;
constexpr dma::HalSettings always{.policy = {.bounce = BouncePolicy::always}};

/// A host with a buffer and one grant of registers for all of it.
struct Packet : DmaHost {
    explicit Packet(const dma::HalSettings& settings = always, std::uint64_t length = 10'000, std::uint64_t offset = 64)
        : DmaHost(std::nullopt, settings),
          adapter(DmaHost::adapter(packet_device())),
          mdl(Mdl::of(buffer(length, offset))) {
        registers = dma::spanned_pages(mdl.start, mdl.length);
        base = granted(adapter, device, registers).value();
    }
    BusAddress map() {
        std::uint64_t length = mdl.length;
        return adapter.map_transfer(mdl, base, mdl.start, length, false).value();
    }
    bool flush() { return adapter.flush_adapter_buffers(mdl, base, mdl.start, mdl.length, false); }
    void free() { adapter.free_map_registers(base, registers); }

    dma::AdapterObject& adapter;
    Mdl mdl;
    std::uint64_t registers;
    MapRegisterBase base;
};

struct Lists : DmaHost {
    explicit Lists(const dma::HalSettings& settings = {}) : DmaHost(std::nullopt, settings) {}
    ScatterGatherList list(dma::AdapterObject& adapter, const Mdl& mdl) {
        ScatterGatherList made;
        CHECK(adapter.get_scatter_gather_list(
                  &device, mdl, mdl.start, mdl.length, [&made](const ScatterGatherList& given) { made = given; },
                  false) == NtStatus::success);
        return made;
    }
};

struct Passive : DmaHost {
    Passive() : DmaHost(std::nullopt, {}, 64 * mib, Irql::passive) {}
    dma::AdapterObject& packet = adapter(packet_device());
    CommonBuffer common = packet.allocate_common_buffer(6000).value();
    void free() { packet.free_common_buffer(6000, common.bus_address, common.bytes.data()); }
};

}  // namespace

TEST_CASE("a flush beyond the granted registers is found", "[dma][verifier]") {
    Packet host(always, 3 * page_size, 0);
    std::uint64_t length = 2 * page_size;
    const auto two = granted(host.adapter, Device{}, 2).value();
    REQUIRE(host.adapter.map_transfer(host.mdl, two, host.mdl.start, length, false));
    CHECK(host.adapter.flush_adapter_buffers(host.mdl, two, host.mdl.start, 2 * page_size + 1, false));
    CHECK(host.codes() == Codes{"0xE6/0x00-1"});
}

TEST_CASE("a flush beyond what was mapped, within the registers, is found", "[dma][verifier]") {
    Packet host;
    std::uint64_t length = 5'000;
    REQUIRE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start, length, false));
    CHECK(host.adapter.flush_adapter_buffers(host.mdl, host.base, host.mdl.start, 5'001, false));
    CHECK(host.codes() == Codes{"LINUX-15"});
}

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

TEST_CASE("a common buffer that is freed again is found", "[dma][verifier]") {
    Passive host;
    host.free();
    CHECK(host.codes().empty());
    host.free();
    CHECK(host.codes() == Codes{"0xE6/0x03"});
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

TEST_CASE("a list that is put again is found, as is one that nobody made", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto mdl = Mdl::of(host.buffer(10'000));
    const auto list = host.list(adapter, mdl);
    adapter.put_scatter_gather_list(list, false);
    CHECK(host.codes().empty());
    adapter.put_scatter_gather_list(list, false);
    CHECK(host.codes() == Codes{"0xE6/0x06"});
    adapter.put_scatter_gather_list({}, false);
    CHECK(host.codes() == Codes{"0xE6/0x06", "LINUX-3"});
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

TEST_CASE("an adapter that is put with a list left is found", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto mdl = Mdl::of(host.buffer(10'000));
    (void)host.list(adapter, mdl);
    adapter.put();
    CHECK(host.codes() == Codes{"0xE6/0x0A"});
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

TEST_CASE("more bytes than the registers hold cannot be mapped before a flush", "[dma][verifier]") {
    Packet host(always, 3 * page_size, 0);
    const auto one = granted(host.adapter, Device{}, 1).value();
    std::uint64_t length = page_size + 1;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, one, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x0D"});
    length = page_size;
    CHECK(host.adapter.map_transfer(host.mdl, one, host.mdl.start, length, false));
    CHECK(host.codes().size() == 1);
}

TEST_CASE("a buffer that is not locked is found", "[dma][verifier]") {
    Packet host;
    host.mdl.locked = false;
    std::uint64_t length = 100;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x0E"});
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

TEST_CASE("a byte beside a bounced transfer is found at its flush", "[dma][verifier]") {
    const auto damage_at = [](std::uint64_t before, std::uint64_t behind) {
        Packet host;
        const auto address = host.map();
        if (before > 0) host.device_byte(address - before) = std::byte{1};
        if (behind > 0) host.device_byte(address + (host.mdl.length + behind - 1)) = std::byte{1};
        CHECK(host.flush());
        return host.codes();
    };
    CHECK(damage_at(0, 0).empty());
    CHECK(damage_at(1, 0) == Codes{"0xE6/0x0F-4"});
    CHECK(damage_at(64, 0) == Codes{"0xE6/0x0F-4"});
    CHECK(damage_at(0, 1) == Codes{"0xE6/0x0F-5"});
}

TEST_CASE("a byte in a free map register is found at the next flush", "[dma][verifier]") {
    Packet host({.map_registers = 8, .policy = {.bounce = BouncePolicy::always}}, 2 * page_size, 0);
    const auto address = host.map();
    host.device_byte(address + 2 * page_size) = std::byte{1};
    CHECK(host.flush());
    CHECK(host.codes() == Codes{"0xE6/0x0F-3"});
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

TEST_CASE("a flush of a buffer that is not mapped is found", "[dma][verifier]") {
    Packet host;
    CHECK_FALSE(host.flush());
    CHECK(host.codes() == Codes{"0xE6/0x16"});
    (void)host.map();
    CHECK_FALSE(host.adapter.flush_adapter_buffers(host.mdl, host.base, host.mdl.start + 1, 100, false));
    CHECK(host.flush());
    CHECK(host.codes() == Codes{"0xE6/0x16", "0xE6/0x16"});
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

TEST_CASE("an address outside of the MDL is found", "[dma][verifier]") {
    Packet host;
    const auto map_at = [&](VirtualAddress address) {
        std::uint64_t length = 1;
        const bool mapped = host.adapter.map_transfer(host.mdl, host.base, address, length, false).has_value();
        if (mapped) CHECK(host.adapter.flush_adapter_buffers(host.mdl, host.base, address, 1, false));
        return mapped;
    };
    CHECK(map_at(host.mdl.start));
    CHECK(map_at(host.mdl.end() - 1));
    CHECK(host.codes().empty());
    CHECK_FALSE(map_at(host.mdl.start - 1));
    CHECK_FALSE(map_at(host.mdl.end()));
    CHECK(host.codes() == Codes{"0xE6/0x1B"});
    CHECK(host.verifier.findings()[0].times == 2);
}

TEST_CASE("a transfer that begins outside of a chain's first MDL is found", "[dma][verifier]") {
    Packet host;
    const auto tail = host.mdl;
    host.mdl.next = &tail;
    std::uint64_t length = 1;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start - 1, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x1F-1"});
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.end(), length, false));
    CHECK(host.codes() == Codes{"0xE6/0x1F-1", "0xE6/0x1F-2"});
}

TEST_CASE("a length beyond the buffer is found", "[dma][verifier]") {
    Packet host;
    std::uint64_t length = host.mdl.length - 5 + 1;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start + 5, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x24"});
    length = host.mdl.length - 5;
    CHECK(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start + 5, length, false));
}

TEST_CASE("a range that is mapped already is found", "[dma][verifier]") {
    Packet host;
    std::uint64_t length = 1000;
    REQUIRE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start + 1000, length, false));
    const auto second = granted(host.adapter, Device{}, 1).value();
    length = 1001;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, second, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x1D"});
    length = 1000;
    CHECK(host.adapter.map_transfer(host.mdl, second, host.mdl.start, length, false));
    CHECK(host.codes().size() == 1);
}

TEST_CASE("HalGetAdapter is found, and gives an adapter on a system that still has it", "[dma][verifier]") {
    for (const bool legacy : {false, true}) {
        DmaHost host(std::nullopt, {.legacy_adapters = legacy});
        std::uint64_t registers = 0;
        CHECK((host.hal.hal_get_adapter(packet_device(), registers) != nullptr) == legacy);
        CHECK(host.codes() == Codes{"0xE6/0x1E"});
    }
}

TEST_CASE("a base that is not granted is found at map and flush", "[dma][verifier]") {
    Packet host;
    std::uint64_t length = 100;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, {12345}, host.mdl.start, length, false));
    CHECK_FALSE(host.adapter.flush_adapter_buffers(host.mdl, {12345}, host.mdl.start, 100, false));
    CHECK(host.codes() == Codes{"0xE6/0x20", "0xE6/0x20"});
}

TEST_CASE("a transfer of no bytes is found", "[dma][verifier]") {
    Packet host;
    std::uint64_t length = 0;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x21"});
}

TEST_CASE("a buffer without system addresses is found where data may have to be copied", "[dma][verifier]") {
    Packet host;
    host.mdl.system_mapped = false;
    std::uint64_t length = 100;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x22"});

    Lists direct;
    auto& adapter = direct.adapter(list_device());
    auto mdl = Mdl::of(direct.buffer(10'000));
    mdl.system_mapped = false;
    adapter.put_scatter_gather_list(direct.list(adapter, mdl), false);
    CHECK(direct.codes().empty());
}

TEST_CASE("memory that is no RAM is found", "[dma][verifier]") {
    Packet host;
    host.mdl.pages[1] = PhysicalAddress{0xfee0'0000};
    std::uint64_t length = 100;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"LINUX-12"});
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

TEST_CASE("map registers that are freed in another number than granted are found", "[dma][verifier]") {
    Packet host;
    host.adapter.free_map_registers(host.base, host.registers - 1);
    CHECK(host.codes() == Codes{"LINUX-4"});
}

TEST_CASE("a mapping that is freed as a common buffer is found", "[dma][verifier]") {
    Packet host;
    const auto address = host.map();
    const IrqlState::Raised passive(host.irql, Irql::passive);
    host.adapter.free_common_buffer(host.mdl.length, address, nullptr);
    CHECK(host.codes() == Codes{"LINUX-5"});
}

TEST_CASE("a common buffer that is freed with another pointer is found", "[dma][verifier]") {
    Passive host;
    host.packet.free_common_buffer(6000, host.common.bus_address, host.common.bytes.data() + 1);
    CHECK(host.codes() == Codes{"LINUX-6"});
}

TEST_CASE("a list that comes back with fewer elements is found", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto mdl = Mdl::of(host.buffer(10'000));
    auto list = host.list(adapter, mdl);
    list.elements = list.elements.first(1);
    adapter.put_scatter_gather_list(list, false);
    CHECK(host.codes() == Codes{"LINUX-7"});
}

TEST_CASE("another direction at flush or put is found, and loses the data", "[dma][verifier]") {
    Packet host;
    host.device_writes(host.map(), host.mdl.length);
    CHECK(host.adapter.flush_adapter_buffers(host.mdl, host.base, host.mdl.start, host.mdl.length, true));
    CHECK(host.codes() == Codes{"LINUX-8"});
    CHECK_FALSE(DmaHost::received(*host.buffers[0], 0, 1));

    Lists lists(always);
    auto& adapter = lists.adapter(packet_device());
    const auto mdl = Mdl::of(lists.buffer(10'000));
    adapter.put_scatter_gather_list(lists.list(adapter, mdl), true);
    CHECK(lists.codes() == Codes{"LINUX-8"});
}

TEST_CASE("an element that the device does not support is found", "[dma][verifier]") {
    const auto codes = [](std::uint64_t boundary, std::uint64_t longest) {
        Lists host;
        host.hal.declare_device({.alignment = 1, .boundary = boundary}, longest);
        auto& adapter = host.adapter(packet_device());
        const auto mdl = Mdl::of(host.buffer(3 * page_size));
        adapter.put_scatter_gather_list(host.list(adapter, mdl), false);
        return host.codes();
    };
    CHECK(codes(0, 3 * page_size).empty());
    CHECK(codes(0, 3 * page_size - 1) == Codes{"LINUX-20"});
    CHECK(codes(page_size, 3 * page_size) == Codes{"LINUX-21"});
}

TEST_CASE("mappings that share a cache line are found", "[dma][verifier]") {
    Lists host;
    auto& adapter = host.adapter(list_device());
    const auto& buffer = host.buffer(page_size);
    const auto part = [&](std::uint64_t first, std::uint64_t length) {
        auto mdl = Mdl::of(buffer);
        mdl.start = mdl.start + first;
        mdl.length = length;
        return mdl;
    };
    const auto one = part(0, 128), next = part(128, 64), shared = part(255, 1), clash = part(192, 63);
    (void)host.list(adapter, one);
    (void)host.list(adapter, next);
    (void)host.list(adapter, shared);
    CHECK(host.codes().empty());
    (void)host.list(adapter, clash);
    CHECK(host.codes() == Codes{"LINUX-22"});
}
