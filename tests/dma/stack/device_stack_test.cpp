// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stack/bug_check.h>
#include <ghostcard/dma/stack/bus_drivers.h>
#include <ghostcard/dma/stack/dma_service.h>
#include <tests/dma/adapter/dma_host.h>

#include <bit>
#include <optional>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::BugCheck;
using dma::BusAnswer;
using dma::InterfaceType;

// Algorithm of IoGetDmaAdapter: DDI, GetDmaAdapter and BUS_INTERFACE_STANDARD; Chappell, "IoGetDmaAdapter".

namespace {

/// pci.sys, an intermediate bus driver and a function driver on its child.
struct Stack : DmaHost {
    explicit Stack(BusAnswer answer = BusAnswer::none, const dma::HalSettings& settings = {})
        : DmaHost(std::nullopt, settings, 64 * mib, Irql::passive), bus(io, card, answer) {}
    /// With the function driver's FDO on the child's PDO.
    void start() {
        bus.start();
        function.attach_to(bus.child_pdo());
    }
    dma::AdapterObject* get(const void* pdo, const dma::DeviceDescription& description = packet_device()) {
        std::uint64_t registers = 0;
        return io.get_dma_adapter(pdo, description, registers);
    }
    /// The parameters of the stop, or nothing.
    std::vector<std::uint64_t> stop(const void* pdo) {
        try {
            (void)get(pdo);
        } catch (const BugCheck& stopped) {
            CHECK(stopped.code() == 0xca);
            return {stopped.parameters().begin(), stopped.parameters().end()};
        }
        return {};
    }

    dma::IoManager io{hal};
    dma::PciPdo card{io};
    dma::IntermediateBus bus;
    dma::DeviceObject function{"capture FDO"};
};

std::uint64_t number(const void* pointer) { return std::bit_cast<std::uintptr_t>(pointer); }

}  // namespace

TEST_CASE("a driver directly on pci.sys gets an adapter for its PDO", "[dma][stack]") {
    Stack host;
    dma::DeviceObject fdo("capture FDO");
    fdo.attach_to(host.card);
    REQUIRE(host.get(&host.card) != nullptr);
    CHECK(host.card.references() == 0);  // taken for the asker, and released by it
    CHECK(host.codes().empty());
}

TEST_CASE("above an intermediate bus that answers for nothing IoGetDmaAdapter returns NULL", "[dma][stack]") {
    Stack host;
    host.start();
    CHECK(host.get(&host.bus.child_pdo()) == nullptr);
    CHECK(host.codes().empty());
}

TEST_CASE("a NULL PDO gets a legacy adapter where the system has them, and NULL elsewhere", "[dma][stack]") {
    // KMDF, fxdmaenabler.cpp: on x86 the first, on amd64 the second
    Stack amd64;
    CHECK(amd64.get(nullptr) == nullptr);
    Stack x86(BusAnswer::none, {.legacy_adapters = true});
    CHECK(x86.get(nullptr) != nullptr);
    x86.start();
    CHECK(x86.get(&x86.bus.child_pdo()) != nullptr);
    CHECK(x86.codes().empty());
}

TEST_CASE("an object that is no reported PDO stops the system with 0xCA, 2", "[dma][stack]") {
    // Microsoft, "Bug Check 0xCA": random memory, an FDO, or a PDO that has not been initialised
    Stack host;
    const int random_memory = 0;
    const auto expected = [](const void* object) { return std::vector<std::uint64_t>{2, number(object), 0, 0}; };
    CHECK(host.stop(&random_memory) == expected(&random_memory));
    CHECK(host.stop(&host.bus.fdo()) == expected(&host.bus.fdo()));
    CHECK(host.stop(&host.bus.child_pdo()) == expected(&host.bus.child_pdo()));
    host.bus.start();
    CHECK(host.stop(&host.bus.child_pdo()).empty());
    CHECK(host.stop(&host.card).empty());
}

TEST_CASE("a stop reads as Windows shows it", "[dma][stack]") {
    const BugCheck stop(0xca, {2, 0xffff'8000'1234'5678, 0, 0}, "no PDO");
    CHECK(stop.stop_line() ==
          "*** STOP: 0x000000CA (0x0000000000000002,0xFFFF800012345678,0x0000000000000000,0x0000000000000000)");
}

TEST_CASE("a PDO that goes is no PDO any more", "[dma][stack]") {
    Stack host;
    std::optional<dma::PciPdo> other;
    other.emplace(host.io);
    const void* const object = &*other;
    CHECK(host.stop(object).empty());
    other.reset();
    CHECK_FALSE(host.stop(object).empty());
}

TEST_CASE("way A: the upper driver passes the PDO that pci.sys made", "[dma][stack]") {
    Stack host;
    host.start();
    auto* const adapter = host.get(&host.bus.card_pdo());
    REQUIRE(adapter != nullptr);
    const auto buffer = adapter->allocate_common_buffer(frame_1080p_yuy2).value();
    adapter->free_common_buffer(frame_1080p_yuy2, buffer.bus_address, buffer.bytes.data());
    host.hal.put(adapter);
    CHECK(host.codes().empty());
    CHECK(host.hal.outstanding() == 0);
}

TEST_CASE("way B: the bus driver lends its adapter, and a borrower who puts it is found", "[dma][stack]") {
    Stack host;
    host.start();
    auto* const lent = host.get(&host.card);
    const auto buffer = lent->allocate_common_buffer(4096).value();  // the borrower's
    SECTION("each keeps to its part") {
        lent->free_common_buffer(4096, buffer.bus_address, buffer.bytes.data());
        host.hal.put(lent);
        CHECK(host.codes().empty());
    }
    SECTION("the borrower puts it, and the owner too") {
        lent->free_common_buffer(4096, buffer.bus_address, buffer.bytes.data());
        host.hal.put(lent);
        host.hal.put(lent);
        CHECK(host.codes() == Codes{"0xE6/0x18"});
    }
    SECTION("the owner puts it while the borrower has a buffer") {
        host.hal.put(lent);
        CHECK(host.codes() == Codes{"0xE6/0x07"});
    }
}

TEST_CASE("way C: DMA as a service fills its child's buffers in the order of asking, each by a copy", "[dma][stack]") {
    Stack host;
    host.start();
    auto* const adapter = host.get(&host.card);
    {
        dma::DmaService service(*adapter, host.clock, 8192);
        const BusAddress address = service.bus_address().value();
        std::vector<std::byte> first(8192), second(5000);
        std::vector<std::uint64_t> done;
        service.read(first, [&](std::uint64_t bytes) { done.push_back(bytes); });
        service.read(second, [&](std::uint64_t bytes) { done.push_back(bytes + 1'000'000); });
        const Duration before = host.clock.now();
        host.device_writes(address, 8192);
        CHECK(service.filled(8192));
        CHECK(host.clock.now() > before);  // the extra copy takes time
        host.device_writes(address, 8192, 100'000);
        CHECK(service.filled(8192));
        CHECK(done == std::vector<std::uint64_t>{8192, 1'005'000});
        CHECK(first[8191] == DmaHost::device_content(8191));
        CHECK(second[4999] == DmaHost::device_content(104'999));
        CHECK(service.bytes_copied() == 13'192);
        CHECK_FALSE(service.filled(8192));  // nobody waits
        service.read(first, [&](std::uint64_t bytes) { done.push_back(bytes); });
        service.cancel();
        CHECK(done.back() == 0);
        CHECK(service.waiting() == 0);
    }
    host.hal.put(adapter);
    CHECK(host.codes().empty());
}

TEST_CASE("way D: a bus driver that answers for its child lets IoGetDmaAdapter of the child's PDO work",
          "[dma][stack]") {
    // as XenServer's xenbus does (src/xenbus/bus.c, fdo.c)
    Stack host(BusAnswer::forward);
    host.start();
    auto* const adapter = host.get(&host.bus.child_pdo());
    REQUIRE(adapter != nullptr);
    CHECK(adapter->allocate_common_buffer(4096));
    CHECK(host.bus.child_pdo().references() == 0);
    CHECK(host.card.references() == 0);
    CHECK(host.codes().empty());
}

TEST_CASE("an answer without a reference is found when the asker releases it", "[dma][stack]") {
    Stack host(BusAnswer::without_reference);
    host.start();
    CHECK(host.get(&host.bus.child_pdo()) != nullptr);  // it seems to work
    CHECK(host.codes() == Codes{"SIM-9"});
}

TEST_CASE("an answer of another version is none", "[dma][stack]") {
    Stack host(BusAnswer::wrong_version);
    host.start();
    CHECK(host.get(&host.bus.child_pdo()) == nullptr);
}

TEST_CASE("the query goes to the top of the stack, and any driver there may answer", "[dma][stack]") {
    // WDK, IRP_MN_QUERY_INTERFACE: function and filter drivers can optionally handle it
    struct Filter final : dma::DeviceObject {
        Filter() : DeviceObject("filter") {}
        dma::NtStatus query_bus_interface(dma::BusInterface& answer) override {
            ++asked;
            return DeviceObject::query_bus_interface(answer);
        }
        int asked = 0;
    };
    Stack host;
    Filter filter;
    filter.attach_to(host.card);
    CHECK(host.get(&host.card) != nullptr);
    CHECK(filter.asked == 1);
}

TEST_CASE("an interface that was asked for at PASSIVE_LEVEL gives adapters at DISPATCH_LEVEL", "[dma][stack]") {
    // DDI, GetDmaAdapter: how to get an adapter at a raised level
    Stack host;
    dma::BusInterface bus;
    REQUIRE(host.card.query_bus_interface(bus) == dma::NtStatus::success);
    {
        const IrqlState::Raised raised(host.irql, Irql::dispatch);
        std::uint64_t registers = 0;
        CHECK(bus.get_dma_adapter(packet_device(), registers, SourceLocation::current()) != nullptr);
        CHECK(host.codes().empty());
        CHECK(host.get(&host.card) != nullptr);
        CHECK(host.codes() == Codes{"0xE6/0x13-1"});
    }
    bus.dereference();
    CHECK(host.card.references() == 0);
}

TEST_CASE("an undefined kind of bus is taken from the PDO, and the caller's description stays", "[dma][stack]") {
    Stack host(BusAnswer::forward);
    host.start();
    dma::DeviceDescription description{.scatter_gather = true, .interface_type = InterfaceType::undefined};
    CHECK(host.get(&host.card, description)->description().interface_type == InterfaceType::pci_bus);
    CHECK(description.interface_type == InterfaceType::undefined);
    description.interface_type = InterfaceType::pnp_bus;
    // The child's bus has no legacy number: Isa (Chappell) or Internal (ReactOS), whose devices drive 24 bits.
    auto* const above = host.get(&host.bus.child_pdo(), description);
    CHECK(above->description().interface_type == InterfaceType::isa);
    CHECK(dma::address_bits(above->description()) == 24);
    dma::IoManager reactos(host.hal, {.unknown_bus = InterfaceType::internal});
    reactos.report_pdo(host.bus.child_pdo());
    std::uint64_t registers = 0;
    CHECK(reactos.get_dma_adapter(&host.bus.child_pdo(), description, registers)->description().interface_type ==
          InterfaceType::internal);
}

TEST_CASE("a description that the HAL refuses gives NULL on any stack", "[dma][stack]") {
    Stack host(BusAnswer::forward);
    host.start();
    CHECK(host.get(&host.card, {.version = 9}) == nullptr);
    CHECK(host.get(&host.bus.child_pdo(), {.master = false}) == nullptr);
}
