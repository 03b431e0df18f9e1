/* SPDX-License-Identifier: MIT */
/* DMA adapters, version 2, and the bus interface. Included by wdm.h. */
#ifndef GHOSTCARD_WDM_DMA_H
#define GHOSTCARD_WDM_DMA_H

#include "wdm_types.h"

#define DEVICE_DESCRIPTION_VERSION 0x0000
#define DEVICE_DESCRIPTION_VERSION1 0x0001
#define DEVICE_DESCRIPTION_VERSION2 0x0002

typedef enum _INTERFACE_TYPE {
    InterfaceTypeUndefined = -1,
    Internal,
    Isa,
    Eisa,
    PCIBus = 5,
    PNPBus = 15
} INTERFACE_TYPE;
typedef enum _DMA_WIDTH { Width8Bits, Width16Bits, Width32Bits, MaximumDmaWidth } DMA_WIDTH;
typedef enum _DMA_SPEED { Compatible, TypeA, TypeB, TypeC, TypeF, MaximumDmaSpeed } DMA_SPEED;
typedef enum _IO_ALLOCATION_ACTION {
    KeepObject = 1,
    DeallocateObject,
    DeallocateObjectKeepRegisters
} IO_ALLOCATION_ACTION;

typedef struct _DEVICE_DESCRIPTION {
    ULONG Version;
    BOOLEAN Master;
    BOOLEAN ScatterGather;
    BOOLEAN DemandMode;
    BOOLEAN AutoInitialize;
    BOOLEAN Dma32BitAddresses;
    BOOLEAN IgnoreCount;
    BOOLEAN Reserved1;
    BOOLEAN Dma64BitAddresses;
    ULONG BusNumber;
    ULONG DmaChannel;
    INTERFACE_TYPE InterfaceType;
    DMA_WIDTH DmaWidth;
    DMA_SPEED DmaSpeed;
    ULONG MaximumLength;
    ULONG DmaPort;
} DEVICE_DESCRIPTION, *PDEVICE_DESCRIPTION;

typedef struct _SCATTER_GATHER_ELEMENT {
    PHYSICAL_ADDRESS Address;
    ULONG Length;
    ULONG_PTR Reserved;
} SCATTER_GATHER_ELEMENT, *PSCATTER_GATHER_ELEMENT;

typedef struct _SCATTER_GATHER_LIST {
    ULONG NumberOfElements;
    ULONG_PTR Reserved;
    SCATTER_GATHER_ELEMENT Elements[1];
} SCATTER_GATHER_LIST, *PSCATTER_GATHER_LIST;

/* An array of one, for the macro at the end of wdm_kernel.h; the layout is that of a pointer. */
typedef struct _DMA_ADAPTER {
    USHORT Version;
    USHORT Size;
    struct _DMA_OPERATIONS* DmaOperations[1];
} DMA_ADAPTER, *PDMA_ADAPTER;

typedef IO_ALLOCATION_ACTION(NTAPI DRIVER_CONTROL)(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID MapRegisterBase,
                                                   PVOID Context);
typedef DRIVER_CONTROL* PDRIVER_CONTROL;
typedef VOID(NTAPI DRIVER_LIST_CONTROL)(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST ScatterGather,
                                        PVOID Context);
typedef DRIVER_LIST_CONTROL* PDRIVER_LIST_CONTROL;

typedef struct _DMA_OPERATIONS {
    ULONG Size;
    VOID(NTAPI* PutDmaAdapter)(PDMA_ADAPTER Adapter);
    PVOID(NTAPI* AllocateCommonBuffer)
    (PDMA_ADAPTER Adapter, ULONG Length, PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN CacheEnabled);
    VOID(NTAPI* FreeCommonBuffer)
    (PDMA_ADAPTER Adapter, ULONG Length, PHYSICAL_ADDRESS LogicalAddress, PVOID VirtualAddress, BOOLEAN CacheEnabled);
    NTSTATUS(NTAPI* AllocateAdapterChannel)
    (PDMA_ADAPTER Adapter, PDEVICE_OBJECT DeviceObject, ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine,
     PVOID Context);
    BOOLEAN(NTAPI* FlushAdapterBuffers)
    (PDMA_ADAPTER Adapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, ULONG Length, BOOLEAN WriteToDevice);
    VOID(NTAPI* FreeAdapterChannel)(PDMA_ADAPTER Adapter);
    VOID(NTAPI* FreeMapRegisters)(PDMA_ADAPTER Adapter, PVOID MapRegisterBase, ULONG NumberOfMapRegisters);
    PHYSICAL_ADDRESS(NTAPI* MapTransfer)
    (PDMA_ADAPTER Adapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa, PULONG Length, BOOLEAN WriteToDevice);
    ULONG(NTAPI* GetDmaAlignment)(PDMA_ADAPTER Adapter);
    ULONG(NTAPI* ReadDmaCounter)(PDMA_ADAPTER Adapter);
    NTSTATUS(NTAPI* GetScatterGatherList)
    (PDMA_ADAPTER Adapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl, PVOID CurrentVa, ULONG Length,
     PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice);
    VOID(NTAPI* PutScatterGatherList)
    (PDMA_ADAPTER Adapter, PSCATTER_GATHER_LIST ScatterGather, BOOLEAN WriteToDevice);
    NTSTATUS(NTAPI* CalculateScatterGatherList)
    (PDMA_ADAPTER Adapter, PMDL Mdl, PVOID CurrentVa, ULONG Length, PULONG ScatterGatherListSize,
     PULONG NumberOfMapRegisters);
    NTSTATUS(NTAPI* BuildScatterGatherList)
    (PDMA_ADAPTER Adapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl, PVOID CurrentVa, ULONG Length,
     PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context, BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
     ULONG ScatterGatherLength);
    NTSTATUS(NTAPI* BuildMdlFromScatterGatherList)
    (PDMA_ADAPTER Adapter, PSCATTER_GATHER_LIST ScatterGather, PMDL OriginalMdl, PMDL* TargetMdl);
} DMA_OPERATIONS, *PDMA_OPERATIONS;

#define PCI_WHICHSPACE_CONFIG 0x0
#define PCI_ENABLE_MEMORY_SPACE 0x0002
#define PCI_ENABLE_BUS_MASTER 0x0004

typedef struct _BUS_INTERFACE_STANDARD {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    VOID(NTAPI* InterfaceReference)(PVOID Context);
    VOID(NTAPI* InterfaceDereference)(PVOID Context);
    BOOLEAN(NTAPI* TranslateBusAddress)
    (PVOID Context, PHYSICAL_ADDRESS BusAddress, ULONG Length, PULONG AddressSpace, PPHYSICAL_ADDRESS Translated);
    PDMA_ADAPTER(NTAPI* GetDmaAdapter)
    (PVOID Context, PDEVICE_DESCRIPTION DeviceDescriptor, PULONG NumberOfMapRegisters);
    ULONG(NTAPI* SetBusData)(PVOID Context, ULONG DataType, PVOID Buffer, ULONG Offset, ULONG Length);
    ULONG(NTAPI* GetBusData)(PVOID Context, ULONG DataType, PVOID Buffer, ULONG Offset, ULONG Length);
} BUS_INTERFACE_STANDARD, *PBUS_INTERFACE_STANDARD;

#endif
