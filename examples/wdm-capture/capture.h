/* SPDX-License-Identifier: MIT */
/* The DMA part of a Windows driver for the card, in C. It includes nothing but the DDK's header and the card's
   registers; IRPs and the stream's pin are left to who calls it. */
#ifndef CAPTURE_H
#define CAPTURE_H

#ifndef BUG
#define BUG 0 /* Which of the mistakes of docs/wdm.md is built in: none. */
#endif

#if BUG == 4
#include <ntddk.h> /* MmGetPhysicalAddress */
#else
#include <wdm.h>
#endif

#define CAPTURE_MOST_FRAMES 8

typedef struct _CAPTURE CAPTURE;

/* What the system says about the device: on Windows, IRP_MN_START_DEVICE and the query for the bus interface. */
typedef struct _CAPTURE_RESOURCES {
    PDEVICE_OBJECT PhysicalDevice;
    PDEVICE_OBJECT Device;
    BUS_INTERFACE_STANDARD Bus;
    PHYSICAL_ADDRESS Registers;
    ULONG RegistersLength;
    ULONG Vector;
    KIRQL Irql;
} CAPTURE_RESOURCES;

/* A frame is back: with a picture, or with 0 bytes because capture has stopped. */
typedef VOID(NTAPI CAPTURE_DONE)(PVOID Consumer, PMDL Frame, ULONG Bytes);

/* How a picture gets from the card into a frame. Prepare and Release at PASSIVE_LEVEL, the others with the lock. */
typedef struct _CAPTURE_WAY {
    NTSTATUS (*Prepare)(CAPTURE* Capture);
    NTSTATUS (*Arm)(CAPTURE* Capture); /* Starts the card, if there is a frame for what it will write. */
    PMDL (*Finish)(CAPTURE* Capture);  /* The frame with the picture; NULL if there was none to put it in. */
    PMDL (*Release)(CAPTURE* Capture); /* Also what is under way; the frame that waited for it. */
} CAPTURE_WAY;

extern const CAPTURE_WAY CaptureByCommonBuffer, CaptureByPacket;

struct _CAPTURE {
    CAPTURE_RESOURCES Resources;
    const CAPTURE_WAY* Way;
    CAPTURE_DONE* Done;
    PVOID Consumer;

    volatile ULONG* Registers;
    PDMA_ADAPTER Adapter;
    ULONG MapRegisters; /* The most at a time. */
    PKINTERRUPT Interrupt;
    KDPC Dpc;
    volatile LONG Causes; /* That the DPC has not seen yet. */

    KSPIN_LOCK Lock; /* Of all below. */
    BOOLEAN Running;
    ULONG LineBytes, FrameBytes;
    PMDL Frames[CAPTURE_MOST_FRAMES]; /* Empty ones, oldest first. */
    ULONG FrameCount;
    PVOID CommonBuffer;
    PHYSICAL_ADDRESS CommonBufferAddress;
    PMDL Mapped; /* The frame that the card writes into. */
    PVOID MapRegisterBase;
    ULONG MapRegistersHeld;
};

/* All at PASSIVE_LEVEL, but for CaptureQueue, which may be called up to DISPATCH_LEVEL. */
NTSTATUS CaptureLoad(CAPTURE* Capture, const CAPTURE_RESOURCES* Resources);
NTSTATUS CaptureStart(CAPTURE* Capture);
VOID CaptureQueue(CAPTURE* Capture, PMDL Frame);
VOID CaptureStop(CAPTURE* Capture);
VOID CaptureUnload(CAPTURE* Capture);

/* For the ways. */
ULONG CaptureRead(CAPTURE* Capture, ULONG Offset);
VOID CaptureWrite(CAPTURE* Capture, ULONG Offset, ULONG Value);
PMDL CaptureTakeFrame(CAPTURE* Capture);

#endif
