// SPDX-License-Identifier: MIT
#define GHOSTCARD_WDM_IMPLEMENTATION
#include <ghostcard/dma/wdm/wdm_system.h>

#include "driver_guard.h"
#include "wdm_adapters.h"
#include "wdm_memory.h"

// The routines that wdm.h declares, for the one system that there is.

using namespace ghostcard;
using namespace ghostcard::dma;

namespace {

// Microsoft, "Bug Check Code Reference".
constexpr std::uint32_t spin_lock_already_owned = 0x0f, spin_lock_not_owned = 0x10, invalid_pointer = 0x50;

WdmSystem& the_system() { return WdmSystem::current(); }

void acquire(PKSPIN_LOCK lock) {
    if (*lock != 0)
        the_system().stop(spin_lock_already_owned, 0, 0, "the only processor waits for a lock that it holds");
    *lock = 1;
}

void release(PKSPIN_LOCK lock) {
    if (*lock == 0) the_system().stop(spin_lock_not_owned, 0, 0, "a spin lock is released that nobody holds");
    *lock = 0;
}

}  // namespace

ULONG GhostcardCallAt(const char* file, ULONG line, const char* function) {
    the_system().called_at(SourceLocation::current(file, function, line));
    return 0;
}

PDMA_ADAPTER IoGetDmaAdapter(PDEVICE_OBJECT pdo, PDEVICE_DESCRIPTION description, PULONG registers) {
    const SystemCall in_system;
    WdmSystem& system = the_system();
    const SourceLocation site = system.take_call_site();
    const void* object = pdo;
    if (pdo == system.physical_device()) object = static_cast<const DeviceObject*>(&system.pdo());
    std::uint64_t count = 0;
    AdapterObject* const adapter =
        system.io().get_dma_adapter(object, WdmAdapters::description_of(*description), count, site);
    *registers = static_cast<ULONG>(count);
    return system.adapters().show(adapter);
}

// ---- Memory

PMDL IoAllocateMdl(PVOID address, ULONG length, BOOLEAN, BOOLEAN, PIRP) {
    const SystemCall in_system;
    return the_system().memory().allocate_mdl(address, length);
}

VOID IoFreeMdl(PMDL mdl) {
    const SystemCall in_system;
    the_system().memory().free_mdl(mdl);
}

VOID MmBuildMdlForNonPagedPool(PMDL mdl) {
    const SystemCall in_system;
    the_system().memory().build_mdl(mdl);
}

PVOID MmMapLockedPagesSpecifyCache(PMDL mdl, KPROCESSOR_MODE, MEMORY_CACHING_TYPE, PVOID, ULONG, ULONG) {
    mdl->MappedSystemVa = MmGetMdlVirtualAddress(mdl);
    mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    return mdl->MappedSystemVa;
}

PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID address) {
    const SystemCall in_system;
    WdmSystem& system = the_system();
    const auto physical = system.memory().physical(address);
    if (physical) system.verifier().physical_address_asked(*physical);
    PHYSICAL_ADDRESS shown;
    shown.QuadPart = static_cast<LONGLONG>(physical ? physical->value : 0);
    return shown;
}

PVOID MmMapIoSpace(PHYSICAL_ADDRESS address, SIZE_T length, MEMORY_CACHING_TYPE) {
    const SystemCall in_system;
    return the_system().memory().map_registers({static_cast<std::uint64_t>(address.QuadPart)}, length);
}

VOID MmUnmapIoSpace(PVOID address, SIZE_T) {
    const SystemCall in_system;
    if (!the_system().memory().unmap_registers(address))
        the_system().stop(invalid_pointer, 0, 0, "MmUnmapIoSpace of what MmMapIoSpace has not mapped");
}

ULONG READ_REGISTER_ULONG(volatile ULONG* address) {
    const SystemCall in_system;
    return the_system().read_register(address);
}

VOID WRITE_REGISTER_ULONG(volatile ULONG* address, ULONG value) {
    const SystemCall in_system;
    the_system().write_register(address, value);
}

VOID GhostcardCopyMemory(PVOID destination, const VOID* source, SIZE_T length) {
    const SystemCall in_system;
    the_system().copy(destination, source, length);
}

// ---- Interrupts

NTSTATUS IoConnectInterrupt(PKINTERRUPT* interrupt, PKSERVICE_ROUTINE routine, PVOID context, PKSPIN_LOCK, ULONG, KIRQL,
                            KIRQL, KINTERRUPT_MODE, BOOLEAN, KAFFINITY, BOOLEAN) {
    const SystemCall in_system;
    WdmSystem& system = the_system();
    const auto object = reinterpret_cast<PKINTERRUPT>(&system);
    *interrupt = object;  // before the first interrupt
    const bool connected = system.connect([=] { return routine(object, context) != FALSE; });
    return connected ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

VOID IoDisconnectInterrupt(PKINTERRUPT) {
    const SystemCall in_system;
    the_system().disconnect();
}

VOID KeInitializeDpc(PRKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context) {
    *dpc = {};
    dpc->DeferredRoutine = routine;
    dpc->DeferredContext = context;
}

BOOLEAN KeInsertQueueDpc(PRKDPC dpc, PVOID first, PVOID second) {
    const SystemCall in_system;
    if (!the_system().queue_deferred(dpc)) return FALSE;
    dpc->SystemArgument1 = first;
    dpc->SystemArgument2 = second;
    return TRUE;
}

BOOLEAN KeRemoveQueueDpc(PRKDPC dpc) {
    const SystemCall in_system;
    return the_system().remove_deferred(dpc);
}

KIRQL KeGetCurrentIrql(VOID) { return static_cast<KIRQL>(the_system().irql()); }

KIRQL KfRaiseIrql(KIRQL level) {
    const SystemCall in_system;
    const KIRQL before = KeGetCurrentIrql();
    the_system().raise(static_cast<Irql>(level));
    return before;
}

VOID KeLowerIrql(KIRQL level) {
    const SystemCall in_system;
    the_system().lower(static_cast<Irql>(level));
}

VOID KeInitializeSpinLock(PKSPIN_LOCK lock) { *lock = 0; }

KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK lock) {
    const KIRQL before = KfRaiseIrql(DISPATCH_LEVEL);
    acquire(lock);
    return before;
}

VOID KeReleaseSpinLock(PKSPIN_LOCK lock, KIRQL level) {
    release(lock);
    KeLowerIrql(level);
}

VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK lock) { acquire(lock); }
VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK lock) { release(lock); }

VOID KeStallExecutionProcessor(ULONG microseconds) {
    const SystemCall in_system;
    the_system().ports().clock.stall(ghostcard::microseconds(microseconds));
}

// ---- The bus interface

namespace {

VOID reference_bus(PVOID) {
    const SystemCall in_system;
    BusInterface answer;
    (void)the_system().pdo().query_bus_interface(answer);
}

VOID release_bus(PVOID) {
    const SystemCall in_system;
    BusInterface answer;
    if (the_system().pdo().query_bus_interface(answer) != NtStatus::success) return;
    answer.dereference();  // what the query took
    answer.dereference();
}

BOOLEAN translate_bus_address(PVOID, PHYSICAL_ADDRESS address, ULONG, PULONG space, PPHYSICAL_ADDRESS translated) {
    *space = 0;  // memory
    *translated = address;
    return TRUE;
}

PDMA_ADAPTER get_dma_adapter(PVOID, PDEVICE_DESCRIPTION description, PULONG registers) {
    const SystemCall in_system;
    WdmSystem& system = the_system();
    std::uint64_t count = 0;
    AdapterObject* const adapter =
        system.hal().adapter(WdmAdapters::description_of(*description), count, system.take_call_site());
    *registers = static_cast<ULONG>(count);
    return system.adapters().show(adapter);
}

ULONG access_bus_data(bool write, ULONG space, PVOID buffer, ULONG offset, ULONG length) {
    const SystemCall in_system;
    constexpr ULONG configuration_bytes = 256;
    if (space != PCI_WHICHSPACE_CONFIG || offset > configuration_bytes || length > configuration_bytes - offset)
        return 0;
    return the_system().configuration(write, buffer, offset, length);
}

ULONG set_bus_data(PVOID, ULONG space, PVOID buffer, ULONG offset, ULONG length) {
    return access_bus_data(true, space, buffer, offset, length);
}

ULONG get_bus_data(PVOID, ULONG space, PVOID buffer, ULONG offset, ULONG length) {
    return access_bus_data(false, space, buffer, offset, length);
}

}  // namespace

BUS_INTERFACE_STANDARD WdmSystem::bus_interface() {
    reference_bus(nullptr);
    return {.Size = sizeof(BUS_INTERFACE_STANDARD),
            .Version = BusInterface::standard_version,
            .Context = this,
            .InterfaceReference = reference_bus,
            .InterfaceDereference = release_bus,
            .TranslateBusAddress = translate_bus_address,
            .GetDmaAdapter = get_dma_adapter,
            .SetBusData = set_bus_data,
            .GetBusData = get_bus_data};
}
