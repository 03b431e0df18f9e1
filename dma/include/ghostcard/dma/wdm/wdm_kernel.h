/* SPDX-License-Identifier: MIT */
/* Routines of the kernel. Included by wdm.h. */
#ifndef GHOSTCARD_WDM_KERNEL_H
#define GHOSTCARD_WDM_KERNEL_H

#include "wdm_dma.h"

#ifdef __cplusplus
extern "C" {
#endif

PDMA_ADAPTER NTAPI IoGetDmaAdapter(PDEVICE_OBJECT PhysicalDeviceObject, PDEVICE_DESCRIPTION DeviceDescription,
                                   PULONG NumberOfMapRegisters);

PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp);
VOID NTAPI IoFreeMdl(PMDL Mdl);
VOID NTAPI MmBuildMdlForNonPagedPool(PMDL Mdl);
PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE AccessMode, MEMORY_CACHING_TYPE CacheType,
                                         PVOID BaseAddress, ULONG BugCheckOnFailure, ULONG Priority);
/* Not an address for a device. */
PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress);
#define MmGetSystemAddressForMdlSafe(mdl, priority)                                   \
    (((mdl)->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) != 0 \
         ? (mdl)->MappedSystemVa                                                      \
         : MmMapLockedPagesSpecifyCache((mdl), KernelMode, MmCached, NULL, FALSE, (priority)))
#define KeFlushIoBuffers(mdl, read, dma) ((void)0)

PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType);
VOID NTAPI MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes);
ULONG NTAPI READ_REGISTER_ULONG(volatile ULONG* Register);
VOID NTAPI WRITE_REGISTER_ULONG(volatile ULONG* Register, ULONG Value);

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT* InterruptObject, PKSERVICE_ROUTINE ServiceRoutine, PVOID ServiceContext,
                                  PKSPIN_LOCK SpinLock, ULONG Vector, KIRQL Irql, KIRQL SynchronizeIrql,
                                  KINTERRUPT_MODE InterruptMode, BOOLEAN ShareVector, KAFFINITY ProcessorEnableMask,
                                  BOOLEAN FloatingSave);
VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject);
VOID NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext);
BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2);
BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc);

KIRQL NTAPI KeGetCurrentIrql(VOID);
KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql);
VOID NTAPI KeLowerIrql(KIRQL NewIrql);
#define KeRaiseIrql(new_irql, old_irql) (*(old_irql) = KfRaiseIrql(new_irql))
VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock);
KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock);
VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);
#define KeAcquireSpinLock(lock, old_irql) (*(old_irql) = KeAcquireSpinLockRaiseToDpc(lock))
VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds);

#define InterlockedExchange(target, value) __atomic_exchange_n((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedOr(target, value) __atomic_fetch_or((target), (value), __ATOMIC_SEQ_CST)

/* Copies as memcpy does; the system learns that the processor looks at the source and is busy for a while. */
VOID NTAPI GhostcardCopyMemory(PVOID Destination, const VOID* Source, SIZE_T Length);
#define RtlCopyMemory(destination, source, length) GhostcardCopyMemory((destination), (source), (length))
#define RtlZeroMemory(destination, length) ((void)memset((destination), 0, (length)))

/* The call that follows stands there. Returns 0. */
ULONG NTAPI GhostcardCallAt(const char* File, ULONG Line, const char* Function);

#ifdef __cplusplus
}
#endif

/* Findings name the driver's line: what is called by these names first says where that is. */
#ifndef GHOSTCARD_WDM_IMPLEMENTATION
#define GHOSTCARD_HERE GhostcardCallAt(__FILE__, __LINE__, __func__)
#define IoGetDmaAdapter(...) ((void)GHOSTCARD_HERE, IoGetDmaAdapter(__VA_ARGS__))
#define WRITE_REGISTER_ULONG(...) ((void)GHOSTCARD_HERE, WRITE_REGISTER_ULONG(__VA_ARGS__))
#define GhostcardCopyMemory(...) ((void)GHOSTCARD_HERE, GhostcardCopyMemory(__VA_ARGS__))
#define DmaOperations DmaOperations[GHOSTCARD_HERE]
#endif

#endif
