// SPDX-License-Identifier: MIT
#include <tests/dma/wdm/wdm_host.h>

#include <algorithm>
#include <cstring>

using namespace ghostcard;
using namespace ghostcard::test;

// The routines of DMA_OPERATIONS as a driver in C calls them. What they do is tested with AdapterObject.

namespace {

struct Granted {
    PDMA_ADAPTER adapter;
    PMDL mdl;
    PVOID base = nullptr;
    PHYSICAL_ADDRESS address{};
    ULONG length;

    static IO_ALLOCATION_ACTION NTAPI control(PDEVICE_OBJECT, PIRP, PVOID base, PVOID context) {
        auto& self = *static_cast<Granted*>(context);
        self.base = base;
        self.length = self.mdl->ByteCount;
        self.address = self.adapter->DmaOperations->MapTransfer(self.adapter, self.mdl, base,
                                                                MmGetMdlVirtualAddress(self.mdl), &self.length, FALSE);
        return DeallocateObjectKeepRegisters;
    }
};

struct List {
    PSCATTER_GATHER_LIST list = nullptr;

    static VOID NTAPI control(PDEVICE_OBJECT, PIRP, PSCATTER_GATHER_LIST list, PVOID context) {
        static_cast<List*>(context)->list = list;
    }
};

void device_writes(WdmHost& host, PHYSICAL_ADDRESS address, std::uint64_t length, std::byte value) {
    for (std::uint64_t i = 0; i < length; ++i) {
        const BusAddress at{static_cast<std::uint64_t>(address.QuadPart) + i};
        host.memory.at(*PhysicalRange::of(host.translation.to_physical(at).value(), 1))->front() = value;
    }
}

bool all_are(std::span<const std::byte> bytes, std::byte value) {
    return std::ranges::all_of(bytes, [value](std::byte byte) { return byte == value; });
}

}  // namespace

TEST_CASE("a packet of a driver in C reaches its scattered buffer", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();
    CHECK(adapter->Version == 1);
    const auto buffer = host.buffer(10'000, 128);
    Granted granted{.adapter = adapter, .mdl = WdmHost::mdl_of(buffer), .length = 0};
    const ULONG registers = ADDRESS_AND_SIZE_TO_SPAN_PAGES(buffer.data(), buffer.size());
    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    REQUIRE(adapter->DmaOperations->AllocateAdapterChannel(adapter, host.system.device(), registers, Granted::control,
                                                           &granted) == STATUS_SUCCESS);
    CHECK(granted.length == 10'000);
    CHECK(BYTE_OFFSET(granted.address.QuadPart) == 128);
    device_writes(host, granted.address, 10'000, std::byte{0x5a});
    CHECK(all_are(buffer, std::byte{0}));
    CHECK(
        adapter->DmaOperations->FlushAdapterBuffers(adapter, granted.mdl, granted.base, buffer.data(), 10'000, FALSE));
    CHECK(all_are(buffer, std::byte{0x5a}));
    adapter->DmaOperations->FreeMapRegisters(adapter, granted.base, registers);
    KeLowerIrql(before);
    adapter->DmaOperations->PutDmaAdapter(adapter);
    host.system.unload();
    CHECK(host.codes().empty());
}

TEST_CASE("a scatter/gather list has the elements of the adapter, and comes back once", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter(true);
    const auto buffer = host.buffer(3 * page_size);
    const PMDL mdl = WdmHost::mdl_of(buffer);
    List got;
    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    REQUIRE(adapter->DmaOperations->GetScatterGatherList(adapter, host.system.device(), mdl, buffer.data(),
                                                         3 * PAGE_SIZE, List::control, &got, FALSE) == STATUS_SUCCESS);
    REQUIRE(got.list != nullptr);
    REQUIRE(got.list->NumberOfElements == 3);
    for (ULONG i = 0; i < 3; ++i) {
        CHECK(got.list->Elements[i].Length == PAGE_SIZE);
        device_writes(host, got.list->Elements[i].Address, PAGE_SIZE, std::byte{7});
    }
    CHECK(all_are(buffer, std::byte{7}));

    SECTION("whole") {
        adapter->DmaOperations->PutScatterGatherList(adapter, got.list, FALSE);
        CHECK(host.codes().empty());
        adapter->DmaOperations->PutScatterGatherList(adapter, got.list, FALSE);
        CHECK(host.codes() == Codes{"0xE6/0x06"});
    }
    SECTION("with an element less") {
        got.list->NumberOfElements = 2;
        adapter->DmaOperations->PutScatterGatherList(adapter, got.list, FALSE);
        CHECK(host.codes() == Codes{"LINUX-7"});
    }
    SECTION("as one that nobody has made") {
        SCATTER_GATHER_LIST other{};
        adapter->DmaOperations->PutScatterGatherList(adapter, &other, FALSE);
        CHECK(host.codes() == Codes{"LINUX-3"});
    }
}

TEST_CASE("a list is built in memory of the driver's, if that is large enough", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter(true);
    const auto buffer = host.buffer(2 * page_size);
    const PMDL mdl = WdmHost::mdl_of(buffer);
    ULONG size = 0, registers = 0;
    CHECK(adapter->DmaOperations->CalculateScatterGatherList(adapter, mdl, buffer.data(), 2 * PAGE_SIZE, &size,
                                                             &registers) == STATUS_SUCCESS);
    CHECK(registers == 2);
    CHECK(size >= sizeof(SCATTER_GATHER_LIST) + sizeof(SCATTER_GATHER_ELEMENT));
    std::vector<std::uint64_t> memory(size / 8 + 1);
    List built;
    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    const auto build = [&](ULONG length) {
        return adapter->DmaOperations->BuildScatterGatherList(adapter, host.system.device(), mdl, buffer.data(),
                                                              2 * PAGE_SIZE, List::control, &built, FALSE,
                                                              memory.data(), length);
    };
    CHECK(build(16) == STATUS_BUFFER_TOO_SMALL);
    CHECK(built.list == nullptr);
    CHECK(build(size) == STATUS_SUCCESS);
    REQUIRE(static_cast<PVOID>(built.list) == memory.data());
    CHECK(built.list->NumberOfElements == 2);
    adapter->DmaOperations->PutScatterGatherList(adapter, built.list, FALSE);
    CHECK(host.codes().empty());
}

TEST_CASE("an MDL of a list describes the memory that the device uses", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();  // without scatter/gather: a copy
    const auto buffer = host.buffer(2 * page_size);
    const PMDL mdl = WdmHost::mdl_of(buffer);
    List got;
    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    REQUIRE(adapter->DmaOperations->GetScatterGatherList(adapter, host.system.device(), mdl, buffer.data(),
                                                         2 * PAGE_SIZE, List::control, &got, FALSE) == STATUS_SUCCESS);
    REQUIRE(got.list->NumberOfElements == 1);
    device_writes(host, got.list->Elements[0].Address, 2 * PAGE_SIZE, std::byte{9});
    PMDL target = nullptr;
    const auto build = [&](PMDL original) {
        return adapter->DmaOperations->BuildMdlFromScatterGatherList(adapter, got.list, original, &target);
    };
    CHECK(build(nullptr) == STATUS_INVALID_PARAMETER);
    REQUIRE(build(mdl) == STATUS_SUCCESS);
    const auto* const bytes = static_cast<const std::byte*>(MmGetSystemAddressForMdlSafe(target, NormalPagePriority));
    CHECK(all_are({bytes, 2 * page_size}, std::byte{9}));
    CHECK(build(mdl) == STATUS_NONE_MAPPED);
}

TEST_CASE("a finding names the line of the driver", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();
    PHYSICAL_ADDRESS address{};
    const unsigned line = __LINE__ + 1;
    adapter->DmaOperations->FreeCommonBuffer(adapter, 4096, address, nullptr, TRUE);
    REQUIRE(host.codes() == Codes{"LINUX-2"});
    CHECK(host.last_finding().site.file == "dma_operations_test.cpp");
    CHECK(host.last_finding().site.line == line);

    const DMA_OPERATIONS& kept = *adapter->DmaOperations;  // fetched here, called there
    kept.FreeCommonBuffer(adapter, 4096, address, nullptr, TRUE);
    kept.FreeCommonBuffer(adapter, 4096, address, nullptr, TRUE);
    CHECK(host.last_finding().site.file.empty());
}

TEST_CASE("memory that no MDL describes well is found, and nothing is mapped", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();
    std::vector<std::byte> elsewhere(5000);
    const auto buffer = host.buffer(5000);
    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    const auto get = [&](PMDL mdl, std::span<std::byte> bytes, ULONG length = 5000) {
        List got;
        CHECK(adapter->DmaOperations->GetScatterGatherList(adapter, host.system.device(), mdl, bytes.data(), length,
                                                           List::control, &got, FALSE) == STATUS_INVALID_PARAMETER);
        CHECK(got.list == nullptr);
        return host.codes().back();
    };
    CHECK(get(WdmHost::mdl_of(elsewhere), elsewhere) == "LINUX-12");
    CHECK(get(IoAllocateMdl(buffer.data(), 5000, FALSE, FALSE, nullptr), buffer) == "0xE6/0x0E");
    CHECK(get(WdmHost::mdl_of(buffer), buffer, 5001) == "0xE6/0x24");
    CHECK(get(WdmHost::mdl_of(buffer), buffer, 0) == "0xE6/0x21");
    CHECK(get(WdmHost::mdl_of(buffer), elsewhere) == "0xE6/0x1B");
}

TEST_CASE("no adapter and no MDL stop the system, and not the process", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();
    const DMA_OPERATIONS operations = *adapter->DmaOperations;
    const PMDL freed = WdmHost::mdl_of(host.buffer(4096));
    IoFreeMdl(freed);
    operations.PutDmaAdapter(nullptr);
    CHECK(host.codes() == Codes{"0xE6/0x19"});
    CHECK(host.stop([&] { operations.GetDmaAlignment(nullptr); }) == 0x50);
    MDL invented{};
    for (const PMDL mdl : {freed, &invented, PMDL{}})
        CHECK(host.stop([&] { operations.FlushAdapterBuffers(adapter, mdl, nullptr, nullptr, 1, FALSE); }) == 0x50);
    CHECK(operations.GetDmaAlignment(adapter) == 64);  // the system runs on
}

TEST_CASE("an adapter is for a PDO", "[dma][wdm]") {
    WdmHost host;
    DEVICE_DESCRIPTION description{};
    description.Version = DEVICE_DESCRIPTION_VERSION2;
    description.Master = TRUE;
    description.InterfaceType = PCIBus;
    description.MaximumLength = 4096;
    ULONG registers = 0;
    const auto get = [&](PDEVICE_OBJECT object) { IoGetDmaAdapter(object, &description, &registers); };
    CHECK(host.stop([&] { get(host.system.physical_device()); }) == 0);
    CHECK(registers == 2);
    CHECK(host.stop([&] { get(host.system.device()); }) == 0xca);
    description.Version = 7;
    CHECK(IoGetDmaAdapter(host.system.physical_device(), &description, &registers) == nullptr);
    CHECK(host.codes() == Codes{"0xE6/0x25"});
}
