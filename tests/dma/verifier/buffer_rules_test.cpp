// SPDX-License-Identifier: MIT
#include <tests/dma/verifier/packet_host.h>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::Mdl;

// What is asked to be mapped. Each case breaks one rule of Microsoft's bug check 0xE6 or of Linux's
// kernel/dma/debug.c and reads the finding; docs/verifier.md says which case is whose.

TEST_CASE("a buffer that is not locked is found", "[dma][verifier]") {
    Packet host;
    host.mdl.locked = false;
    std::uint64_t length = 100;
    CHECK_FALSE(host.adapter.map_transfer(host.mdl, host.base, host.mdl.start, length, false));
    CHECK(host.codes() == Codes{"0xE6/0x0E"});
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
