/* SPDX-License-Identifier: MIT */
/* The sound way for this card: DMA into a common buffer of known alignment, and a copy by the processor. */
#include "capture.h"
#include "ghostcard_registers.h"

#if BUG == 8
#define OFFSET 16u /* The card needs multiples of 64. */
#else
#define OFFSET 0u
#endif

static ULONG Length(const CAPTURE* Capture) { return Capture->FrameBytes + OFFSET; }

static NTSTATUS Prepare(CAPTURE* Capture) {
    PDMA_ADAPTER Adapter = Capture->Adapter;
    Capture->CommonBuffer =
        Adapter->DmaOperations->AllocateCommonBuffer(Adapter, Length(Capture), &Capture->CommonBufferAddress, TRUE);
    if (Capture->CommonBuffer == NULL) return STATUS_INSUFFICIENT_RESOURCES;
#if BUG == 7
    RtlZeroMemory(Capture->CommonBuffer, Capture->FrameBytes + Capture->LineBytes);
#endif
    return STATUS_SUCCESS;
}

static NTSTATUS Arm(CAPTURE* Capture) {
#if BUG == 4
    PHYSICAL_ADDRESS Address = MmGetPhysicalAddress(Capture->CommonBuffer);
#else
    PHYSICAL_ADDRESS Address = Capture->CommonBufferAddress;
#endif
    CaptureWrite(Capture, GC_DMA_ADDRESS_LOW, Address.LowPart + OFFSET);
    WRITE_REGISTER_ULONG(Capture->Registers + GC_DMA_CONTROL / sizeof(ULONG), GC_DMA_CONTROL_GO);
    return STATUS_SUCCESS;
}

static PMDL Finish(CAPTURE* Capture) {
    PMDL Frame = CaptureTakeFrame(Capture);
    PVOID Bytes = Frame == NULL ? NULL : MmGetSystemAddressForMdlSafe(Frame, NormalPagePriority);
    if (Bytes != NULL) RtlCopyMemory(Bytes, (PUCHAR)Capture->CommonBuffer + OFFSET, Capture->FrameBytes);
    return Frame;
}

static PMDL Release(CAPTURE* Capture) {
    PDMA_ADAPTER Adapter = Capture->Adapter;
    if (Capture->CommonBuffer == NULL) return NULL;
    Adapter->DmaOperations->FreeCommonBuffer(Adapter, Length(Capture), Capture->CommonBufferAddress,
                                             Capture->CommonBuffer, TRUE);
#if BUG == 3
    Adapter->DmaOperations->FreeCommonBuffer(Adapter, Length(Capture), Capture->CommonBufferAddress,
                                             Capture->CommonBuffer, TRUE);
#endif
    Capture->CommonBuffer = NULL;
    return NULL;
}

const CAPTURE_WAY CaptureByCommonBuffer = {Prepare, Arm, Finish, Release};
