/* SPDX-License-Identifier: MIT */
/* Packet DMA into the frame itself. The card takes one address, so the host gathers the frame's pages: by a copy
   through map registers, if it has enough of them. */
#include "capture.h"
#include "ghostcard_registers.h"

#if BUG == 13
#define WRITE_TO_DEVICE TRUE
#else
#define WRITE_TO_DEVICE FALSE
#endif

static DRIVER_CONTROL Granted;

static NTSTATUS Prepare(CAPTURE* Capture) {
    ULONG Most = ADDRESS_AND_SIZE_TO_SPAN_PAGES(PAGE_SIZE - 1, Capture->FrameBytes);
    Capture->Mapped = NULL;
    return Most <= Capture->MapRegisters ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS Arm(CAPTURE* Capture) {
    PDMA_ADAPTER Adapter = Capture->Adapter;
    PMDL Frame = Capture->Frames[0];
    if (Capture->FrameCount == 0) return STATUS_DEVICE_NOT_READY;
    Capture->MapRegistersHeld = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Frame), Capture->FrameBytes);
#if BUG == 6
    Capture->MapRegistersHeld += Capture->MapRegisters;
#endif
    return Adapter->DmaOperations->AllocateAdapterChannel(Adapter, Capture->Resources.Device, Capture->MapRegistersHeld,
                                                          Granted, Capture);
}

static IO_ALLOCATION_ACTION NTAPI Granted(PDEVICE_OBJECT Device, PIRP Irp, PVOID MapRegisterBase, PVOID Context) {
    CAPTURE* Capture = Context;
    PDMA_ADAPTER Adapter = Capture->Adapter;
    ULONG Length = Capture->FrameBytes;
    PHYSICAL_ADDRESS Address;
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);

    Capture->Mapped = CaptureTakeFrame(Capture);
    Capture->MapRegisterBase = MapRegisterBase;
    KeFlushIoBuffers(Capture->Mapped, TRUE, TRUE);
    Address = Adapter->DmaOperations->MapTransfer(Adapter, Capture->Mapped, MapRegisterBase,
                                                  MmGetMdlVirtualAddress(Capture->Mapped), &Length, WRITE_TO_DEVICE);
    CaptureWrite(Capture, GC_DMA_ADDRESS_LOW, Address.LowPart);
    WRITE_REGISTER_ULONG(Capture->Registers + GC_DMA_CONTROL / sizeof(ULONG), GC_DMA_CONTROL_GO);
    return DeallocateObjectKeepRegisters;
}

static PMDL Unmap(CAPTURE* Capture, BOOLEAN Flush) {
    PDMA_ADAPTER Adapter = Capture->Adapter;
    PMDL Frame = Capture->Mapped;
    if (Frame == NULL) return NULL;
    if (Flush)
        Adapter->DmaOperations->FlushAdapterBuffers(Adapter, Frame, Capture->MapRegisterBase,
                                                    MmGetMdlVirtualAddress(Frame), Capture->FrameBytes,
                                                    WRITE_TO_DEVICE);
    Adapter->DmaOperations->FreeMapRegisters(Adapter, Capture->MapRegisterBase, Capture->MapRegistersHeld);
    Capture->Mapped = NULL;
    return Frame;
}

static PMDL Finish(CAPTURE* Capture) { return Unmap(Capture, BUG != 1); }

static PMDL Release(CAPTURE* Capture) {
    KIRQL Irql;
    PMDL Frame;
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Frame = Unmap(Capture, BUG != 12);
    KeLowerIrql(Irql);
    return Frame;
}

const CAPTURE_WAY CaptureByPacket = {Prepare, Arm, Finish, Release};
