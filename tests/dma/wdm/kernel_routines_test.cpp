// SPDX-License-Identifier: MIT
#include <tests/dma/wdm/wdm_host.h>

#include <stdexcept>

using namespace ghostcard;
using namespace ghostcard::test;

namespace {

PHYSICAL_ADDRESS physical(std::uint64_t address) {
    PHYSICAL_ADDRESS value;
    value.QuadPart = static_cast<LONGLONG>(address);
    return value;
}

volatile ULONG* map_registers() {
    return static_cast<volatile ULONG*>(MmMapIoSpace(physical(WdmHost::registers_at), 4096, MmNonCached));
}

VOID NTAPI count_call(PKDPC, PVOID context, PVOID, PVOID) { ++*static_cast<int*>(context); }

BOOLEAN NTAPI claim(PKINTERRUPT, PVOID context) {
    *static_cast<KIRQL*>(context) = KeGetCurrentIrql();
    return TRUE;
}

}  // namespace

TEST_CASE("registers are reached by the routines for them and by nothing else", "[dma][wdm]") {
    WdmHost host;
    CHECK(MmMapIoSpace(physical(WdmHost::registers_at + 4096), 4, MmNonCached) == nullptr);
    CHECK(MmMapIoSpace(physical(0x1000), 4, MmNonCached) == nullptr);
    volatile ULONG* const registers = map_registers();
    REQUIRE(registers != nullptr);
    WRITE_REGISTER_ULONG(registers + 3, 0x1234);
    CHECK(host.registers.words[12] == 0x1234);
    CHECK(READ_REGISTER_ULONG(registers + 3) == 0x1234);

    CHECK(host.stop([&] { (void)registers[3]; }) == 0x50);
    CHECK(host.stop([&] { registers[3] = 1; }) == 0x50);
    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    CHECK(host.stop([&] { registers[3] = 1; }) == 0xd1);
    KeLowerIrql(before);
    ULONG variable = 0;
    CHECK(host.stop([&] { READ_REGISTER_ULONG(&variable); }) == 0x50);
    MmUnmapIoSpace(const_cast<ULONG*>(registers), 4096);
    CHECK(host.stop([&] { WRITE_REGISTER_ULONG(registers, 1); }) == 0x50);
    CHECK(host.stop([&] { MmUnmapIoSpace(const_cast<ULONG*>(registers), 4096); }) == 0x50);
}

TEST_CASE("the stop for a wild pointer says where and how", "[dma][wdm]") {
    WdmHost host;
    volatile ULONG* const registers = map_registers();
    try {
        host.system.call_driver([&] { registers[5] = 1; });
        FAIL("no stop");
    } catch (const dma::BugCheck& stop) {
        CHECK(stop.parameters()[0] == reinterpret_cast<std::uintptr_t>(registers + 5));
        CHECK(stop.parameters()[1] == 1);  // a write
        CHECK(stop.stop_line().starts_with("*** STOP: 0x00000050 (0x"));
    }
}

TEST_CASE("who copies beyond a common buffer, or from one that was freed, stops the system", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();
    const auto frame = host.buffer(8192);
    PHYSICAL_ADDRESS address;
    const PVOID bytes = adapter->DmaOperations->AllocateCommonBuffer(adapter, 4096, &address, TRUE);
    REQUIRE(bytes != nullptr);
    const auto copy = [&](ULONG length) { return host.stop([&] { RtlCopyMemory(frame.data(), bytes, length); }); };
    CHECK(copy(4096) == 0);
    CHECK(copy(4097) == 0x50);
    adapter->DmaOperations->FreeCommonBuffer(adapter, 4096, address, bytes, TRUE);
    CHECK(copy(4096) == 0x50);
    CHECK(host.codes().empty());
}

TEST_CASE("a copy takes the processor's time, and tells of data that may be stale", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();
    const auto frame = host.buffer(4096);
    PHYSICAL_ADDRESS address;
    const auto* const bytes =
        static_cast<const std::byte*>(adapter->DmaOperations->AllocateCommonBuffer(adapter, 4096, &address, TRUE));
    const BusRange written = *BusRange::of({static_cast<std::uint64_t>(address.QuadPart)}, 4096);
    const Duration begin = host.clock.now();
    RtlCopyMemory(frame.data(), bytes, 4096);
    CHECK(host.clock.now() > begin);
    CHECK(host.system.bytes_copied() == 4096);
    host.system.verifier().device_accessed(written, true, true, host.clock.now());
    host.system.verifier().interrupt_taken(false);
    CHECK(host.codes().empty());
    RtlCopyMemory(frame.data(), bytes + 1024, 64);
    CHECK(host.codes() == Codes{"SIM-7"});
    CHECK(host.last_finding().site.line == __LINE__ - 2);
}

TEST_CASE("levels go up by KeRaiseIrql and down by KeLowerIrql", "[dma][wdm]") {
    WdmHost host;
    KIRQL before = 77;
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    CHECK(before == PASSIVE_LEVEL);
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
    CHECK(host.stop([&] { KeRaiseIrql(APC_LEVEL, &before); }) == 0x09);
    CHECK(host.stop([] { KeLowerIrql(5); }) == 0x0a);
    KeLowerIrql(PASSIVE_LEVEL);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

TEST_CASE("a spin lock has one owner", "[dma][wdm]") {
    WdmHost host;
    KSPIN_LOCK lock;
    KIRQL before;
    KeInitializeSpinLock(&lock);
    KeAcquireSpinLock(&lock, &before);
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
    CHECK(host.stop([&] { KeAcquireSpinLockAtDpcLevel(&lock); }) == 0x0f);
    KeReleaseSpinLock(&lock, before);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    CHECK(host.stop([&] { KeReleaseSpinLockFromDpcLevel(&lock); }) == 0x10);
}

TEST_CASE("a deferred procedure runs once for each queueing, and not above DISPATCH_LEVEL code", "[dma][wdm]") {
    WdmHost host;
    PKINTERRUPT interrupt = nullptr;
    KIRQL level = 0;
    REQUIRE(IoConnectInterrupt(&interrupt, claim, &level, nullptr, 0, 5, 5, LevelSensitive, TRUE, 1, FALSE) ==
            STATUS_SUCCESS);
    CHECK(IoConnectInterrupt(&interrupt, claim, &level, nullptr, 0, 5, 5, LevelSensitive, TRUE, 1, FALSE) ==
          STATUS_INVALID_PARAMETER);
    CHECK(host.interrupts.interrupt());
    CHECK(level > DISPATCH_LEVEL);

    int calls = 0;
    KDPC dpc;
    KeInitializeDpc(&dpc, count_call, &calls);
    CHECK(KeInsertQueueDpc(&dpc, nullptr, nullptr));
    CHECK_FALSE(KeInsertQueueDpc(&dpc, nullptr, nullptr));
    CHECK(host.interrupts.run_deferred());
    CHECK(calls == 1);

    KIRQL before;
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    KeInsertQueueDpc(&dpc, nullptr, nullptr);
    host.interrupts.run_deferred();
    CHECK(calls == 1);
    KeLowerIrql(before);
    CHECK(host.interrupts.run_deferred());
    CHECK(calls == 2);

    KeInsertQueueDpc(&dpc, nullptr, nullptr);
    CHECK(KeRemoveQueueDpc(&dpc));
    CHECK_FALSE(KeRemoveQueueDpc(&dpc));
    host.interrupts.run_deferred();
    CHECK(calls == 2);
    IoDisconnectInterrupt(interrupt);
    CHECK_FALSE(host.interrupts.connected());
}

TEST_CASE("the bus interface reads and writes configuration space by bytes, and clears no status", "[dma][wdm]") {
    WdmHost host;
    const BUS_INTERFACE_STANDARD bus = host.system.bus_interface();
    CHECK(bus.Size == sizeof(BUS_INTERFACE_STANDARD));
    CHECK(host.system.pdo().references() == 1);
    host.config.words[4] = 0xf900'0100;
    host.config.words[8] = 0x0403'0201;
    USHORT command = 0;
    CHECK(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &command, 4, 2) == 2);
    CHECK(command == 0x0100);
    command |= PCI_ENABLE_BUS_MASTER;
    CHECK(bus.SetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &command, 4, 2) == 2);
    CHECK(host.config.words[4] == 0x0000'0104);
    UCHAR bytes[3];
    CHECK(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, bytes, 6, 3) == 3);
    CHECK(bytes[2] == 0x01);
    CHECK(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, bytes, 255, 3) == 0);
    CHECK(bus.GetBusData(bus.Context, 1, bytes, 0, 3) == 0);

    bus.InterfaceReference(bus.Context);
    bus.InterfaceDereference(bus.Context);
    bus.InterfaceDereference(bus.Context);
    CHECK(host.system.pdo().references() == 0);
    CHECK(host.codes().empty());
    bus.InterfaceDereference(bus.Context);
    CHECK(host.codes() == Codes{"SIM-9"});
}

TEST_CASE("the physical address of a byte is known, and who asks for it is remembered", "[dma][wdm]") {
    WdmHost host;
    const PDMA_ADAPTER adapter = host.adapter();
    const auto buffer = host.buffer(2 * page_size, 256);
    const auto* const frame = &host.buffers.back();
    CHECK(static_cast<std::uint64_t>(MmGetPhysicalAddress(buffer.data() + 5000).QuadPart) ==
          frame->physical_address(buffer.data() + 5000)->value);
    int variable = 0;
    CHECK(MmGetPhysicalAddress(&variable).QuadPart == 0);
    PHYSICAL_ADDRESS address;
    const PVOID bytes = adapter->DmaOperations->AllocateCommonBuffer(adapter, 4096, &address, TRUE);
    const auto asked = static_cast<std::uint64_t>(MmGetPhysicalAddress(bytes).QuadPart);
    host.system.verifier().device_programmed(*BusRange::of({asked}, 4096));
    CHECK(host.codes() == Codes{"SIM-4"});
}

TEST_CASE("there is one system at a time", "[dma][wdm]") {
    CHECK_THROWS_AS(KeGetCurrentIrql(), std::logic_error);
    WdmHost host;
    CHECK_THROWS_AS(WdmHost(), std::logic_error);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

TEST_CASE("a finding of Driver Verifier's is shown as the stop that it would be", "[dma][wdm]") {
    const auto line = [](dma::Check check) {
        const auto stop = dma::stop_of({.check = check, .what = "what", .site = {}, .place = {}});
        return stop ? stop->stop_line() : "";
    };
    CHECK(line(dma::Check::common_buffer_freed_twice) ==
          "*** STOP: 0x000000E6 (0x0000000000000003,0x0000000000000000,0x0000000000000000,0x0000000000000000)");
    CHECK(line(dma::Check::padding_after_changed).find("(0x000000000000000F,0x0000000000000005,") != std::string::npos);
    CHECK(line(dma::Check::stale_read).empty());
    CHECK(line(dma::Check::size_differs).empty());
}
