// SPDX-License-Identifier: MIT
#include <tests/dma/verifier/packet_host.h>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::BouncePolicy;
using dma::Mdl;

// Transfers and their flush. Each case breaks one rule of Microsoft's bug check 0xE6 or of Linux's
// kernel/dma/debug.c and reads the finding; docs/verifier.md says which case is whose.

TEST_CASE("a flush beyond the granted registers is found", "[dma][verifier]") {
    Packet host(always_bounced, 3 * page_size, 0);
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

TEST_CASE("more bytes than the registers hold cannot be mapped before a flush", "[dma][verifier]") {
    Packet host(always_bounced, 3 * page_size, 0);
    const auto one = granted(host.adapter, Device{}, 1).value();
    std::uint64_t length = page_size + 1;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, one, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x0D"});
    length = page_size;
    CHECK(host.adapter.map_transfer(host.mdl, one, host.mdl.start, length, false));
    CHECK(host.codes().size() == 1);
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

TEST_CASE("a flush of a buffer that is not mapped is found", "[dma][verifier]") {
    Packet host;
    CHECK_FALSE(host.flush());
    CHECK(host.codes() == Codes{"0xE6/0x16"});
    (void)host.map();
    CHECK_FALSE(host.adapter.flush_adapter_buffers(host.mdl, host.base, host.mdl.start + 1, 100, false));
    CHECK(host.flush());
    CHECK(host.codes() == Codes{"0xE6/0x16", "0xE6/0x16"});
}

TEST_CASE("a base that is not granted is found at map and flush", "[dma][verifier]") {
    Packet host;
    std::uint64_t length = 100;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, {12345}, host.mdl.start, length, false));
    CHECK_FALSE(host.adapter.flush_adapter_buffers(host.mdl, {12345}, host.mdl.start, 100, false));
    CHECK(host.codes() == Codes{"0xE6/0x20", "0xE6/0x20"});
}

TEST_CASE("a mapping that is freed as a common buffer is found", "[dma][verifier]") {
    Packet host;
    const auto address = host.map();
    const IrqlState::Raised passive(host.irql, Irql::passive);
    host.adapter.free_common_buffer(host.mdl.length, address, nullptr);
    CHECK(host.codes() == Codes{"LINUX-5"});
}

TEST_CASE("another direction at flush or put is found, and loses the data", "[dma][verifier]") {
    Packet host;
    host.device_writes(host.map(), host.mdl.length);
    CHECK(host.adapter.flush_adapter_buffers(host.mdl, host.base, host.mdl.start, host.mdl.length, true));
    CHECK(host.codes() == Codes{"LINUX-8"});
    CHECK_FALSE(DmaHost::received(*host.buffers[0], 0, 1));

    Lists lists(always_bounced);
    auto& adapter = lists.adapter(packet_device());
    const auto mdl = Mdl::of(lists.buffer(10'000));
    adapter.put_scatter_gather_list(lists.list(adapter, mdl), true);
    CHECK(lists.codes() == Codes{"LINUX-8"});
}
