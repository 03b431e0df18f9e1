/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include "ghostcard_registers.h"

#define ENABLED_CAUSES (GC_IRQ_ENABLE_FRAME_DONE | GC_IRQ_ENABLE_DMA_ERROR)
#define MOST_FRAME_BYTES (1920u * 1080u * 2u)

static KSERVICE_ROUTINE CaptureInterrupt;
static KDEFERRED_ROUTINE CaptureDeferred;

ULONG CaptureRead(CAPTURE* Capture, ULONG Offset) {
    return READ_REGISTER_ULONG(Capture->Registers + Offset / sizeof(ULONG));
}

VOID CaptureWrite(CAPTURE* Capture, ULONG Offset, ULONG Value) {
    WRITE_REGISTER_ULONG(Capture->Registers + Offset / sizeof(ULONG), Value);
}

/* Whether the card is quiet again. */
static BOOLEAN CaptureWaitUntilIdle(CAPTURE* Capture) {
    for (ULONG Round = 0; Round < 1000; ++Round) {
        if ((CaptureRead(Capture, GC_CONTROL) & GC_CONTROL_SOFT_RESET) == 0 &&
            (CaptureRead(Capture, GC_DMA_STATUS) & GC_DMA_STATUS_BUSY) == 0)
            return TRUE;
        KeStallExecutionProcessor(10);
    }
    return FALSE;
}

static VOID CaptureEnableDevice(CAPTURE* Capture) {
    const BUS_INTERFACE_STANDARD* Bus = &Capture->Resources.Bus;
    const ULONG CommandOffset = 4;
    USHORT Command = 0;
    Bus->GetBusData(Bus->Context, PCI_WHICHSPACE_CONFIG, &Command, CommandOffset, sizeof(Command));
    Command |= PCI_ENABLE_MEMORY_SPACE | PCI_ENABLE_BUS_MASTER;
    Bus->SetBusData(Bus->Context, PCI_WHICHSPACE_CONFIG, &Command, CommandOffset, sizeof(Command));
}

NTSTATUS CaptureLoad(CAPTURE* Capture, const CAPTURE_RESOURCES* Resources) {
    DEVICE_DESCRIPTION Description;

    Capture->Resources = *Resources;
    KeInitializeSpinLock(&Capture->Lock);
    KeInitializeDpc(&Capture->Dpc, CaptureDeferred, Capture);

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION2;
    Description.Master = TRUE;
    Description.ScatterGather = FALSE; /* One descriptor. */
    Description.Dma32BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = MOST_FRAME_BYTES;
#if BUG == 14
    Capture->Adapter = IoGetDmaAdapter(Resources->Device, &Description, &Capture->MapRegisters);
#else
    Capture->Adapter = IoGetDmaAdapter(Resources->PhysicalDevice, &Description, &Capture->MapRegisters);
#endif
    if (Capture->Adapter == NULL) return STATUS_INSUFFICIENT_RESOURCES;

    CaptureEnableDevice(Capture);
    Capture->Registers = MmMapIoSpace(Resources->Registers, Resources->RegistersLength, MmNonCached);
    if (Capture->Registers == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    return CaptureRead(Capture, GC_ID) == GC_ID_RESET ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

VOID CaptureUnload(CAPTURE* Capture) {
    if (Capture->Registers != NULL) MmUnmapIoSpace((PVOID)Capture->Registers, Capture->Resources.RegistersLength);
#if BUG != 5 && BUG != 9
    if (Capture->Adapter != NULL) Capture->Adapter->DmaOperations->PutDmaAdapter(Capture->Adapter);
#endif
    Capture->Resources.Bus.InterfaceDereference(Capture->Resources.Bus.Context);
}

static NTSTATUS CapturePrepare(CAPTURE* Capture) {
    NTSTATUS Status;
#if BUG == 2
    KIRQL Irql;
    KeAcquireSpinLock(&Capture->Lock, &Irql);
#endif
    Status = Capture->Way->Prepare(Capture);
#if BUG == 2
    KeReleaseSpinLock(&Capture->Lock, Irql);
#endif
    return Status;
}

NTSTATUS CaptureStart(CAPTURE* Capture) {
    NTSTATUS Status;
    KIRQL Irql;

    CaptureWrite(Capture, GC_CONTROL, GC_CONTROL_SOFT_RESET);
    if (!CaptureWaitUntilIdle(Capture)) return STATUS_IO_TIMEOUT;
    CaptureWrite(Capture, GC_VIDEO_FORMAT, GC_VIDEO_FORMAT_FORMAT_YUY2);
    Capture->LineBytes = CaptureRead(Capture, GC_VIDEO_WIDTH) * 2;
    Capture->FrameBytes = CaptureRead(Capture, GC_VIDEO_HEIGHT) * Capture->LineBytes;
    if (Capture->FrameBytes == 0 || Capture->FrameBytes > MOST_FRAME_BYTES) return STATUS_DEVICE_NOT_READY;

    Status = CapturePrepare(Capture);
    if (!NT_SUCCESS(Status)) return Status;
    Capture->Causes = 0;
    Status = IoConnectInterrupt(&Capture->Interrupt, CaptureInterrupt, Capture, NULL, Capture->Resources.Vector,
                                Capture->Resources.Irql, Capture->Resources.Irql, LevelSensitive, TRUE, 1, FALSE);
    if (NT_SUCCESS(Status)) {
        CaptureWrite(Capture, GC_DMA_LENGTH, Capture->FrameBytes);
        CaptureWrite(Capture, GC_IRQ_ENABLE, ENABLED_CAUSES);
        KeAcquireSpinLock(&Capture->Lock, &Irql);
        Capture->Running = TRUE;
        Status = Capture->Way->Arm(Capture);
        KeReleaseSpinLock(&Capture->Lock, Irql);
        CaptureWrite(Capture, GC_CONTROL, GC_CONTROL_ENABLE);
    }
    if (!NT_SUCCESS(Status)) CaptureStop(Capture);
    return Status;
}

VOID CaptureQueue(CAPTURE* Capture, PMDL Frame) {
    KIRQL Irql;
    BOOLEAN Taken = FALSE;
    KeAcquireSpinLock(&Capture->Lock, &Irql);
    if (Capture->FrameCount < CAPTURE_MOST_FRAMES) {
        Capture->Frames[Capture->FrameCount++] = Frame;
        Taken = TRUE;
    }
    KeReleaseSpinLock(&Capture->Lock, Irql);
    if (!Taken) Capture->Done(Capture->Consumer, Frame, 0);
}

PMDL CaptureTakeFrame(CAPTURE* Capture) {
    PMDL Frame;
    if (Capture->FrameCount == 0) return NULL;
    Frame = Capture->Frames[0];
    --Capture->FrameCount;
    for (ULONG i = 0; i < Capture->FrameCount; ++i) Capture->Frames[i] = Capture->Frames[i + 1];
    return Frame;
}

/* The line may be shared, and says nothing about the data: only the answer to a read comes behind it. */
static BOOLEAN NTAPI CaptureInterrupt(PKINTERRUPT Interrupt, PVOID Context) {
    CAPTURE* Capture = Context;
#if BUG == 10
    ULONG Causes = GC_IRQ_STATUS_FRAME_DONE;
#else
    ULONG Causes = CaptureRead(Capture, GC_IRQ_STATUS) & ENABLED_CAUSES;
#endif
    UNREFERENCED_PARAMETER(Interrupt);
    if (Causes == 0) return FALSE;
    CaptureWrite(Capture, GC_IRQ_STATUS, Causes);
    InterlockedOr(&Capture->Causes, (LONG)Causes);
    KeInsertQueueDpc(&Capture->Dpc, NULL, NULL);
    return TRUE;
}

static VOID NTAPI CaptureDeferred(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    CAPTURE* Capture = Context;
    ULONG Causes = (ULONG)InterlockedExchange(&Capture->Causes, 0);
    PMDL Frame = NULL;
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
#if BUG == 15
    Capture = NULL;
#endif

    KeAcquireSpinLockAtDpcLevel(&Capture->Lock);
    if (Capture->Running && (Causes & GC_IRQ_STATUS_FRAME_DONE) != 0) {
        Frame = Capture->Way->Finish(Capture);
        if (!NT_SUCCESS(Capture->Way->Arm(Capture))) Capture->Running = FALSE;
    } else if ((Causes & GC_IRQ_STATUS_DMA_ERROR) != 0) {
        Capture->Running = FALSE; /* The card has refused, and would again. */
    }
    KeReleaseSpinLockFromDpcLevel(&Capture->Lock);
    if (Frame != NULL) Capture->Done(Capture->Consumer, Frame, Capture->FrameBytes);
}

VOID CaptureStop(CAPTURE* Capture) {
    KIRQL Irql;
    PMDL Frame;

    CaptureWrite(Capture, GC_IRQ_ENABLE, 0);
    CaptureRead(Capture, GC_IRQ_STATUS); /* Pushes the write: nobody is left to handle a request. */
    if (Capture->Interrupt != NULL) IoDisconnectInterrupt(Capture->Interrupt);
    Capture->Interrupt = NULL;
    KeRemoveQueueDpc(&Capture->Dpc);
    KeAcquireSpinLock(&Capture->Lock, &Irql);
    Capture->Running = FALSE;
    KeReleaseSpinLock(&Capture->Lock, Irql);

#if BUG != 11
    CaptureWrite(Capture, GC_CONTROL, 0);
    CaptureWrite(Capture, GC_DMA_CONTROL, GC_DMA_CONTROL_ABORT);
    CaptureWaitUntilIdle(Capture);
#endif
    Frame = Capture->Way->Release(Capture);
    do {
        if (Frame != NULL) Capture->Done(Capture->Consumer, Frame, 0);
        KeAcquireSpinLock(&Capture->Lock, &Irql);
        Frame = CaptureTakeFrame(Capture);
        KeReleaseSpinLock(&Capture->Lock, Irql);
    } while (Frame != NULL);
#if BUG == 9
    Capture->Adapter->DmaOperations->PutDmaAdapter(Capture->Adapter);
#endif
}
