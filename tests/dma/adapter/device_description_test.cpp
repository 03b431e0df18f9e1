// SPDX-License-Identifier: MIT
#include <ghostcard/dma/adapter/device_description.h>
#include <tests/dma/adapter/dma_host.h>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::DeviceDescription;
using dma::InterfaceType;

// Where a rule has no other source: MicrosoftDocs/windows-driver-docs-ddi, wdm.h, DEVICE_DESCRIPTION.

TEST_CASE("a version that the system does not know gives no adapter and is found", "[dma][adapter][verifier]") {
    DmaHost host;
    std::uint64_t registers = 77;
    CHECK(host.hal.adapter({.version = 3, .dma_address_width = 32}, registers) != nullptr);
    CHECK(host.codes().empty());
    registers = 77;
    CHECK(host.hal.adapter({.version = 4, .dma_address_width = 32}, registers) == nullptr);
    CHECK(registers == 77);
    CHECK(host.codes() == Codes{"0xE6/0x25"});

    DmaHost windows_7(std::nullopt, {.highest_version = 2});
    CHECK(windows_7.hal.adapter({.version = 2}, registers) != nullptr);
    CHECK(windows_7.hal.adapter({.version = 3, .dma_address_width = 32}, registers) == nullptr);
}

TEST_CASE("the routines of an adapter are those of its description's version, its own version is always 1",
          "[dma][adapter]") {
    DmaHost host;
    const auto operations = [&](std::uint32_t version) {
        return host.adapter({.version = version, .dma_address_width = 32}).operations_version();
    };
    CHECK(operations(0) == 1);
    CHECK(operations(1) == 1);
    CHECK(operations(2) == 2);
    CHECK(operations(3) == 3);
    CHECK(dma::AdapterObject::version() == 1);
}

TEST_CASE("a subordinate device and a reserved field that is set give no adapter", "[dma][adapter]") {
    DmaHost host;
    std::uint64_t registers = 0;
    CHECK(host.hal.adapter({.master = false}, registers) == nullptr);
    CHECK(host.hal.adapter({.reserved1 = true}, registers) == nullptr);
    CHECK(host.codes().empty());
}

TEST_CASE("the flags of versions 0 to 2 give the width of addresses", "[dma][adapter]") {
    for (const std::uint32_t version : {0u, 1u, 2u}) {
        const auto bits = [version](bool bits32, bool bits64) {
            return dma::address_bits(
                {.version = version, .dma32_bit_addresses = bits32, .dma64_bit_addresses = bits64});
        };
        CHECK(bits(false, false) == 24);  // KMDF, fxdmaenabler.cpp: as an ISA device
        CHECK(bits(true, false) == 32);
        CHECK(bits(false, true) == 64);  // 64 implies 32
        CHECK(bits(true, true) == 64);
        CHECK(dma::address_bits({.version = version, .dma_address_width = 40}) == 24);
    }
}

TEST_CASE("a PCI device with scatter/gather drives 32 bits whatever its flags", "[dma][adapter]") {
    CHECK(dma::address_bits({.scatter_gather = true}) == 32);
    CHECK(dma::address_bits({.scatter_gather = true, .interface_type = InterfaceType::isa}) == 24);
    CHECK(dma::address_bits({.scatter_gather = true, .dma64_bit_addresses = true}) == 64);
}

TEST_CASE("version 3 gives the width as a number of 24 to 64 and ignores the flags", "[dma][adapter]") {
    const auto of = [](std::uint32_t width) {
        return DeviceDescription{.version = 3, .dma64_bit_addresses = true, .dma_address_width = width};
    };
    CHECK_FALSE(dma::acceptable(of(0)));
    CHECK_FALSE(dma::acceptable(of(23)));  // KMDF, fxdmaenabler.cpp
    CHECK(dma::acceptable(of(24)));
    CHECK(dma::acceptable(of(64)));
    CHECK_FALSE(dma::acceptable(of(65)));
    CHECK(dma::address_bits(of(36)) == 36);
}

TEST_CASE("an adapter has a register for each page of the longest operation, and one more", "[dma][adapter]") {
    // WDK, "Getting an Adapter Object"
    DmaHost host;
    const auto registers = [&](std::uint32_t length) {
        return host.adapter({.maximum_length = length}).number_of_map_registers();
    };
    CHECK(registers(1) == 2);
    CHECK(registers(4096) == 2);
    CHECK(registers(4097) == 3);
    CHECK(registers(4'147'200) == 1014);  // a 1080p YUY2 frame
}

TEST_CASE("an adapter may have fewer registers than its longest operation wants", "[dma][adapter]") {
    // Sixteen: DDI, WDF_DMA_ENABLER_CONFIG; sixty-four: WDK, warning C28173.
    for (const std::uint64_t limit : {1u, 16u, 64u, 1013u}) {
        DmaHost host(std::nullopt, {.map_registers = limit});
        CHECK(host.adapter(packet_device()).number_of_map_registers() == limit);
    }
    DmaHost enough(std::nullopt, {.map_registers = 1015});
    CHECK(enough.adapter(packet_device()).number_of_map_registers() == 1014);
}

TEST_CASE("what only subordinate DMA uses changes nothing for a bus master", "[dma][adapter]") {
    DmaHost host(0);
    const DeviceDescription described{.maximum_length = 65536,
                                      .demand_mode = true,
                                      .auto_initialize = true,
                                      .ignore_count = true,
                                      .bus_number = 7,
                                      .dma_channel = 3,
                                      .dma_width = 2,
                                      .dma_speed = 4,
                                      .dma_port = 5,
                                      .dma_request_line = 6,
                                      .device_address = 0x1000};
    CHECK(dma::acceptable(described));
    CHECK(dma::address_bits(described) == dma::address_bits({}));
    auto& adapter = host.adapter(described);
    CHECK(adapter.number_of_map_registers() == 17);
    const auto mdl = dma::Mdl::of(host.buffer(5000));
    const Device device;
    const auto base = granted(adapter, device, 2);
    REQUIRE(base);
    std::uint64_t length = 5000;
    CHECK(adapter.map_transfer(mdl, *base, mdl.start, length, true));
    CHECK(length == 5000);
}
