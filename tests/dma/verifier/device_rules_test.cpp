// SPDX-License-Identifier: MIT
#include <tests/dma/adapter/dma_host.h>

#include <set>
#include <string>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::Mdl;

// What a device does, and what a driver does with a device, as only a simulator sees it.

namespace {

const Device device;

struct Common : DmaHost {
    explicit Common(std::optional<std::uint64_t> constant = std::nullopt)
        : DmaHost(constant, {}, 64 * mib, Irql::passive) {}
    dma::AdapterObject& object = adapter(packet_device());
    CommonBuffer common = object.allocate_common_buffer(8192).value();

    void accessed(std::int64_t offset, std::uint64_t length, bool write = true, bool master = true) {
        const BusAddress at{common.bus_address.value + static_cast<std::uint64_t>(offset)};
        verifier.device_accessed(*BusRange::of(at, length), write, master, clock.now());
    }
    PhysicalAddress physical() const { return translation.to_physical(common.bus_address).value(); }
};

}  // namespace

TEST_CASE("a device access outside of every mapping is found, to the byte", "[dma][verifier]") {
    Common host;
    host.accessed(0, 8192);
    host.accessed(0, 8192, false);
    CHECK(host.codes().empty());
    SECTION("behind") { host.accessed(8191, 2); }
    SECTION("before") { host.accessed(-1, 2); }
    SECTION("nowhere near") { host.accessed(100'000'000, 1); }
    CHECK(host.codes() == Codes{"SIM-1"});
}

TEST_CASE("an access may go through neighbouring mappings", "[dma][verifier]") {
    DmaHost host(0);
    host.irql.set(Irql::dispatch);
    auto& adapter = host.adapter(list_device());
    const auto& buffer = host.buffer(2 * page_size, 0, dma::Fragmentation::contiguous);
    auto first = Mdl::of(buffer);
    first.length = page_size;
    auto second = Mdl::of(buffer);
    second.start = second.start + page_size;
    second.length = page_size;
    second.pages.erase(second.pages.begin());
    const auto list = [](const dma::ScatterGatherList&) {};
    CHECK(adapter.get_scatter_gather_list(&device, first, first.start, page_size, list, false) ==
          dma::NtStatus::success);
    CHECK(adapter.get_scatter_gather_list(&device, second, second.start, page_size, list, false) ==
          dma::NtStatus::success);
    const auto address = host.verifier.mappings().live().begin()->first;
    host.verifier.device_accessed(*BusRange::of(address, 2 * page_size), true, true, host.clock.now());
    CHECK(host.codes().empty());
    host.verifier.device_accessed(*BusRange::of(address, 2 * page_size + 1), true, true, host.clock.now());
    CHECK(host.codes() == Codes{"SIM-1"});
}

TEST_CASE("a row of accesses is taken at once if nothing is wrong with any, and else not at all", "[dma][verifier]") {
    struct Row {
        std::int64_t offset;
        std::uint64_t length;
        bool master, is_right;
    };
    const auto row =
        GENERATE(Row{0, 8192, true, true}, Row{4096, 4096, true, true}, Row{0, 8192, false, false},
                 Row{4096, 4352, true, false}, Row{-256, 4096, true, false}, Row{1 << 20, 256, true, false});
    Common host;
    const BusAddress at{host.common.bus_address.value + static_cast<std::uint64_t>(row.offset)};
    CHECK(host.verifier.device_accessed_row(*BusRange::of(at, row.length), 256, true, row.master) == row.is_right);
    CHECK(host.codes().empty());
    CHECK(host.verifier.mappings().live().begin()->second.accessed == (row.is_right ? row.length : 0));
    host.verifier.interrupt_taken(false);
    host.verifier.buffer_read(*BusRange::of({at.value + row.length - 257}, 1));
    CHECK(host.codes().empty());
    host.verifier.buffer_read(*BusRange::of({at.value + row.length - 256}, 1));
    CHECK(host.codes() == (row.is_right ? Codes{"SIM-7"} : Codes{}));
}

TEST_CASE("an access against the direction of its mapping is found", "[dma][verifier]") {
    for (const bool to_device : {false, true}) {
        DmaHost host;
        auto& adapter = host.adapter(list_device());
        const auto mdl = Mdl::of(host.buffer(1000));
        BusAddress address;
        CHECK(adapter.get_scatter_gather_list(
                  &device, mdl, mdl.start, 1000,
                  [&](const dma::ScatterGatherList& list) { address = list.elements[0].address; },
                  to_device) == dma::NtStatus::success);
        host.verifier.device_accessed(*BusRange::of(address, 1000), !to_device, true, host.clock.now());
        CHECK(host.codes().empty());
        host.verifier.device_accessed(*BusRange::of(address, 1000), to_device, true, host.clock.now());
        CHECK(host.codes() == Codes{"SIM-2"});
    }
}

TEST_CASE("an access after the memory was given back is found", "[dma][verifier]") {
    Common host;
    host.object.free_common_buffer(8192, host.common.bus_address, host.common.bytes.data());
    host.accessed(100, 10);
    CHECK(host.codes() == Codes{"SIM-3"});
    const auto& place = host.verifier.findings()[0].place;
    CHECK(place.bus_address == host.common.bus_address + 100);
    REQUIRE(place.physical_address);
    CHECK(place.virtual_address == kernel_address(*place.physical_address));
}

TEST_CASE("a physical address in place of the bus address is found by its value", "[dma][verifier]") {
    for (const std::optional<std::uint64_t> constant :
         {std::optional<std::uint64_t>(gib), std::optional<std::uint64_t>()}) {
        Common host(constant);
        host.verifier.device_programmed(*BusRange::of(host.common.bus_address, 8192));
        CHECK(host.codes().empty());
        host.verifier.device_programmed(*BusRange::of({host.physical().value}, 8192));
        CHECK(host.codes() == Codes{"SIM-4"});
        CHECK(host.verifier.findings()[0].place.bus_address == host.common.bus_address);
    }
}

TEST_CASE("where bus and physical addresses are equal, whom the driver asked decides", "[dma][verifier]") {
    Common host(0);
    host.verifier.device_programmed(*BusRange::of(host.common.bus_address, 8192));
    CHECK(host.codes().empty());
    host.verifier.physical_address_asked(host.physical());
    host.verifier.device_programmed(*BusRange::of(host.common.bus_address, 8192));
    CHECK(host.codes() == Codes{"SIM-4"});
}

TEST_CASE("an address against the declared alignment is found", "[dma][verifier]") {
    Common host;
    host.verifier.device_programmed(*BusRange::of(host.common.bus_address + 1, 64));
    CHECK(host.codes().empty());  // nothing declared yet
    host.hal.declare_device({.alignment = 64}, 4096);
    host.verifier.device_programmed(*BusRange::of(host.common.bus_address + 64, 64));
    CHECK(host.codes().empty());
    host.verifier.device_programmed(*BusRange::of(host.common.bus_address + 32, 64));
    CHECK(host.codes() == Codes{"SIM-5"});
}

TEST_CASE("an access while bus mastering is off is found", "[dma][verifier]") {
    Common host;
    host.accessed(0, 64, true, false);
    CHECK(host.codes() == Codes{"SIM-6"});
}

TEST_CASE("a buffer that is read after the line's interrupt, before any register, is found", "[dma][verifier]") {
    // PCI 2.3, 3.2.5: a read of the device pushes what it has posted; the line pushes nothing.
    const auto codes = [](bool message, bool register_read, bool register_write, std::uint64_t read_at) {
        Common host;
        host.accessed(0, 4096);
        host.verifier.interrupt_taken(message);
        if (register_write) host.verifier.register_accessed(true);
        if (register_read) host.verifier.register_accessed(false);
        host.verifier.buffer_read(*BusRange::of(host.common.bus_address + read_at, 64));
        return host.codes();
    };
    CHECK(codes(false, false, false, 0) == Codes{"SIM-7"});
    CHECK(codes(false, false, true, 0) == Codes{"SIM-7"});  // a write pushes nothing back
    CHECK(codes(false, true, false, 0).empty());
    CHECK(codes(true, false, false, 0).empty());  // a message comes behind the data
    CHECK(codes(false, false, false, 4032) == Codes{"SIM-7"});
    CHECK(codes(false, false, false, 4096).empty());  // nothing has been written there
}

TEST_CASE("what is left when the driver is unloaded is found", "[dma][verifier]") {
    Common host;
    host.verifier.driver_unloaded();
    CHECK(host.codes() == Codes{"SIM-8"});
    CHECK(host.verifier.findings()[0].what.find("8192 bytes") != std::string::npos);

    Common clean;
    clean.object.free_common_buffer(8192, clean.common.bus_address, clean.common.bytes.data());
    clean.verifier.driver_unloaded();
    CHECK(clean.codes().empty());
}

TEST_CASE("an adapter that was not put is found when the driver is unloaded", "[dma][verifier]") {
    DmaHost host;
    auto& adapter = host.adapter(packet_device());
    host.hal.driver_unloaded();
    CHECK(host.codes() == Codes{"SIM-8"});
    CHECK(host.verifier.findings()[0].what.find("a DMA adapter was not put") != std::string::npos);

    DmaHost clean;
    clean.adapter(packet_device()).put();
    clean.hal.driver_unloaded();
    CHECK(clean.codes().empty());
    adapter.put();
}

TEST_CASE("a refusal of address translation is found", "[dma][verifier]") {
    Common host;
    host.verifier.translation_fault({0x1234}, true, host.clock.now());
    CHECK(host.codes() == Codes{"0xE6/0x26"});
    CHECK(host.verifier.findings()[0].place.bus_address == BusAddress{0x1234});
}

TEST_CASE("a finding says what, where, why and what to do", "[dma][verifier]") {
    Common host;
    host.clock.pass(microseconds(7));
    for (int i = 0; i < 3; ++i) host.object.free_common_buffer(8191, host.common.bus_address, host.common.bytes.data());
    REQUIRE(host.verifier.findings().size() == 1);
    const dma::Finding& finding = host.verifier.findings()[0];
    CHECK(finding.times == 3);
    CHECK(finding.time == host.clock.now());
    CHECK(finding.site.file == "device_rules_test.cpp");
    CHECK(finding.site.line > 0);
    const std::string text = to_text(finding);
    for (const std::string part :
         {"LINUX-4", "8191 bytes", "it has 8192 bytes", "device_rules_test.cpp:", "bus 0x", "3 times", "why", "do"}) {
        INFO(part);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("every check has its own code and says why and what to do", "[dma][verifier]") {
    std::size_t index = 0;
    std::set<std::string_view> codes;
    for (const dma::CheckInfo& info : dma::checks()) {
        CHECK(static_cast<std::size_t>(info.check) == index++);
        CHECK(codes.insert(info.code).second);
        CHECK_FALSE(info.name.empty());
        CHECK_FALSE(info.why.empty());
        CHECK_FALSE(info.remedy.empty());
    }
    CHECK(index == static_cast<std::size_t>(dma::Check::interface_over_released) + 1);
}
