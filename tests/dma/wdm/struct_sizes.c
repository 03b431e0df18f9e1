/* SPDX-License-Identifier: MIT */
/* Compiled against our wdm.h and against the DDK's: a driver's binary interface is the same. 64 bit. */
#include <wdm.h>

_Static_assert(sizeof(ULONG) == 4 && sizeof(PVOID) == 8 && sizeof(NTSTATUS) == 4 && sizeof(BOOLEAN) == 1,
               "basic types");
_Static_assert(sizeof(PHYSICAL_ADDRESS) == 8 && offsetof(PHYSICAL_ADDRESS, HighPart) == 4, "PHYSICAL_ADDRESS");
_Static_assert(sizeof(DMA_ADAPTER) == 16 && offsetof(DMA_ADAPTER, Size) == 2, "DMA_ADAPTER");
_Static_assert(sizeof(DMA_OPERATIONS) == 128 && offsetof(DMA_OPERATIONS, PutDmaAdapter) == 8, "DMA_OPERATIONS");
_Static_assert(offsetof(DMA_OPERATIONS, MapTransfer) == 64, "DMA_OPERATIONS");
_Static_assert(offsetof(DMA_OPERATIONS, BuildMdlFromScatterGatherList) == 120, "DMA_OPERATIONS");
_Static_assert(sizeof(DEVICE_DESCRIPTION) == 40, "DEVICE_DESCRIPTION");
_Static_assert(offsetof(DEVICE_DESCRIPTION, Dma32BitAddresses) == 8, "DEVICE_DESCRIPTION");
_Static_assert(offsetof(DEVICE_DESCRIPTION, InterfaceType) == 20, "DEVICE_DESCRIPTION");
_Static_assert(offsetof(DEVICE_DESCRIPTION, MaximumLength) == 32, "DEVICE_DESCRIPTION");
_Static_assert(sizeof(SCATTER_GATHER_ELEMENT) == 24, "SCATTER_GATHER_ELEMENT");
_Static_assert(sizeof(SCATTER_GATHER_LIST) == 40, "SCATTER_GATHER_LIST");
_Static_assert(offsetof(SCATTER_GATHER_LIST, Elements) == 16, "SCATTER_GATHER_LIST");
_Static_assert(sizeof(BUS_INTERFACE_STANDARD) == 64, "BUS_INTERFACE_STANDARD");
_Static_assert(offsetof(BUS_INTERFACE_STANDARD, GetDmaAdapter) == 40, "BUS_INTERFACE_STANDARD");
_Static_assert(sizeof(MDL) == 48 && offsetof(MDL, MappedSystemVa) == 24 && offsetof(MDL, ByteOffset) == 44, "MDL");
_Static_assert(sizeof(KDPC) == 64 && offsetof(KDPC, DeferredRoutine) == 24, "KDPC");
_Static_assert(KeepObject == 1 && DeallocateObjectKeepRegisters == 3 && PCIBus == 5 && InterfaceTypeUndefined == -1,
               "values");
_Static_assert((NTSTATUS)STATUS_INSUFFICIENT_RESOURCES == (NTSTATUS)0xC000009A, "values");
_Static_assert(DEVICE_DESCRIPTION_VERSION2 == 2 && DISPATCH_LEVEL == 2 && NormalPagePriority == 16, "values");
_Static_assert(MDL_MAPPED_TO_SYSTEM_VA == 1 && MDL_PAGES_LOCKED == 2 && MDL_SOURCE_IS_NONPAGED_POOL == 4, "values");
