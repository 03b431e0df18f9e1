// SPDX-License-Identifier: MIT
#include <ghostcard/dma/verifier/check.h>

#include <array>
#include <cstddef>

// Codes and meanings of 0xE6: Microsoft, "Bug Check 0xE6: DRIVER_VERIFIER_DMA_VIOLATION". Those of LINUX-n: the
// messages of kernel/dma/debug.c in the order in which docs/verifier.md numbers them.

namespace ghostcard::dma {
namespace {

constexpr std::string_view keep_count = "Free each object once, and keep no second record of it.";
constexpr std::string_view give_back =
    "Give everything back first: flush, free the registers, put the lists, free the common buffers; then put the "
    "adapter.";
constexpr std::string_view overrun =
    "Something behind or before the buffer was destroyed; on silicon it belongs to somebody else.";
constexpr std::string_view check_length =
    "Compare the length that the device is given with the length that was mapped.";
constexpr std::string_view inside =
    "Derive address and length from the MDL: MmGetMdlVirtualAddress and MmGetMdlByteCount.";
constexpr std::string_view corrupts =
    "On a machine without an IOMMU the device reaches memory that now serves something else.";
constexpr std::string_view stop_first = "Stop the device, read a register to see it stopped, then unmap.";

constexpr std::array table{
    CheckInfo{Check::flush_past_map_registers, "0xE6/0x00-1", "flush past the end of the map registers",
              "The HAL copies from registers of another transfer, or from none.",
              "Flush with the base, address and length of the MapTransfer."},
    CheckInfo{Check::no_contiguous_map_registers, "0xE6/0x00-2", "no contiguous map registers",
              "Enough registers are free, but not in one run; the request waits until others give theirs back.",
              "Ask for fewer registers at a time, and free them soon."},
    CheckInfo{Check::common_buffer_freed_twice, "0xE6/0x03", "common buffer freed again",
              "The memory already serves something else.", keep_count},
    CheckInfo{Check::channel_freed_twice, "0xE6/0x04", "adapter channel freed that is not held",
              "The channel of somebody else is taken away.",
              "Call FreeAdapterChannel only after the AdapterControl routine returned KeepObject, and once."},
    CheckInfo{Check::map_registers_freed_twice, "0xE6/0x05", "map registers freed that are not held",
              "Registers of another transfer are given away, and two transfers share their pages.",
              "Free the registers once, with the base and the number that were granted."},
    CheckInfo{Check::list_freed_twice, "0xE6/0x06", "scatter/gather list put again",
              "The list's memory and registers already serve something else.", keep_count},
    CheckInfo{Check::put_with_common_buffers, "0xE6/0x07", "adapter put with common buffers left",
              "Nobody can free them any more, and the device may still write into them.", give_back},
    CheckInfo{Check::put_with_channels, "0xE6/0x08", "adapter put with an adapter channel left",
              "Every later request for the channel waits for ever.", give_back},
    CheckInfo{Check::put_with_map_registers, "0xE6/0x09", "adapter put with map registers left",
              "Map registers are few; every driver of the machine waits for those that are lost.", give_back},
    CheckInfo{Check::put_with_lists, "0xE6/0x0A", "adapter put with scatter/gather lists left",
              "Their registers are lost and received data was never copied to its buffer.", give_back},
    CheckInfo{Check::second_channel, "0xE6/0x0B", "second adapter channel requested",
              "A device object has one entry in the queue; a second request destroys it.",
              "Wait for the AdapterControl routine before the next AllocateAdapterChannel; do not call it from there."},
    CheckInfo{Check::too_many_map_registers, "0xE6/0x0C", "more map registers requested at once than the adapter has",
              "The request fails with STATUS_INSUFFICIENT_RESOURCES, and AdapterControl is never called.",
              "Compare with NumberOfMapRegisters of IoGetDmaAdapter, and split the transfer."},
    CheckInfo{Check::not_flushed, "0xE6/0x0D", "map registers freed before the buffer was flushed",
              "Received data is still in the map registers and never reaches the buffer.",
              "Call FlushAdapterBuffers after each transfer, before FreeMapRegisters."},
    CheckInfo{Check::buffer_not_locked, "0xE6/0x0E", "buffer is not locked",
              "Its pages may move while the device writes into them.",
              "Lock them (MmProbeAndLockPages), or build the MDL for nonpaged pool."},
    CheckInfo{Check::tag_before_changed, "0xE6/0x0F-1", "tag before the buffer was overwritten", overrun, check_length},
    CheckInfo{Check::tag_after_changed, "0xE6/0x0F-2", "tag behind the buffer was overwritten", overrun, check_length},
    CheckInfo{Check::free_map_register_changed, "0xE6/0x0F-3", "free map register was overwritten",
              "The device wrote after its transfer was flushed, or past its end: into the next owner's data.",
              stop_first},
    CheckInfo{Check::padding_before_changed, "0xE6/0x0F-4", "padding before the buffer was overwritten", overrun,
              check_length},
    CheckInfo{Check::padding_after_changed, "0xE6/0x0F-5", "padding behind the buffer was overwritten", overrun,
              check_length},
    CheckInfo{Check::freed_while_mapped, "0xE6/0x10", "map registers freed while a transfer is mapped",
              "The device still writes where the next transfer's data will be.",
              "Wait for the end of the transfer, flush, then free."},
    CheckInfo{Check::irql_not_expected, "0xE6/0x13-1", "routine called at another IRQL than it demands",
              "Its queues are guarded by spin locks of that level: the machine deadlocks or the queues break.",
              "Raise to DISPATCH_LEVEL with KeRaiseIrql, or move the call to a thread, as the routine demands."},
    CheckInfo{Check::irql_too_high, "0xE6/0x13-2", "routine called at too high an IRQL",
              "It takes a lock that the interrupted code may hold: the machine deadlocks.",
              "Queue a DPC from the interrupt service routine, and call it there."},
    CheckInfo{Check::map_registers_beyond_adapter, "0xE6/0x15", "more map registers held than the adapter has",
              "The machine's other drivers wait for registers.",
              "Hold no more than NumberOfMapRegisters in all; flush and free before the next request."},
    CheckInfo{Check::flush_not_mapped, "0xE6/0x16", "flush of a buffer that is not mapped",
              "There is nothing to flush; the real transfer stays unflushed.",
              "Flush once for each transfer, with the values of its first MapTransfer."},
    CheckInfo{Check::adapter_released, "0xE6/0x18", "use of an adapter that was put",
              "The object's memory already serves something else.",
              "Let one owner put the adapter, last of all (IRP_MN_STOP_DEVICE, IRP_MN_REMOVE_DEVICE)."},
    CheckInfo{Check::adapter_null, "0xE6/0x19", "NULL DMA_ADAPTER",
              "IoGetDmaAdapter has failed and nobody looked; the next access is to address 0.",
              "Check what IoGetDmaAdapter returns."},
    CheckInfo{Check::address_outside_mdl, "0xE6/0x1B", "address outside the MDL",
              "The page numbers behind the MDL's array are whatever lies there in memory.", inside},
    CheckInfo{Check::already_mapped, "0xE6/0x1D", "range is mapped already",
              "Two bounced transfers of one range overwrite each other's data at their flush.",
              "Flush the first transfer before the range is mapped again."},
    CheckInfo{Check::obsolete_routine, "0xE6/0x1E", "HalGetAdapter called",
              "It knows no Plug and Play and no bus driver above the HAL.", "Call IoGetDmaAdapter."},
    CheckInfo{Check::before_first_mdl, "0xE6/0x1F-1", "transfer begins before the first MDL of a chain",
              "CurrentVa is an index into the MDL that is passed; before it there are no pages.", inside},
    CheckInfo{Check::after_first_mdl, "0xE6/0x1F-2", "transfer begins behind the first MDL of a chain",
              "CurrentVa is an index into the MDL that is passed; behind it lie the pages of no buffer.",
              "Pass the MDL that holds CurrentVa."},
    CheckInfo{Check::flush_of_unmapped_register, "0xE6/0x20", "flush with a base that was not granted",
              "The HAL takes the number for registers of its own.",
              "Flush with the base that AdapterControl received, before it is freed."},
    CheckInfo{Check::zero_length, "0xE6/0x21", "map of no bytes",
              "A device takes a length of 0 for its longest transfer.", "Complete empty requests without DMA."},
    CheckInfo{Check::not_in_system_space, "0xE6/0x22", "buffer is not mapped in system space",
              "A bounced transfer is copied by the processor, which then has no address for it in another process.",
              "Call MmGetSystemAddressForMdlSafe first."},
    CheckInfo{Check::longer_than_buffer, "0xE6/0x24", "length exceeds the buffer",
              "The device writes over what follows the buffer.", inside},
    CheckInfo{Check::unknown_description_version, "0xE6/0x25", "unknown version of DEVICE_DESCRIPTION",
              "IoGetDmaAdapter returns NULL.", "Set DEVICE_DESCRIPTION_VERSION2, or 3 on Windows 8 and later."},
    CheckInfo{Check::iommu_fault, "0xE6/0x26", "address translation refused an access",
              "The transfer is lost and the fault is logged or stops the machine.",
              "Give the device only addresses from its DMA adapter, while they are mapped."},
    CheckInfo{Check::invalid_address_freed, "LINUX-2", "invalid DMA address freed",
              "The value of a failed allocation is no address.",
              "Check each allocation, and free only what succeeded."},
    CheckInfo{Check::never_allocated, "LINUX-3", "DMA memory freed that was never allocated",
              "Memory of somebody else becomes free.", "Free exactly what was allocated from this adapter."},
    CheckInfo{Check::size_differs, "LINUX-4", "freed with another size than allocated",
              "Too much or too little is freed.", "Free with the length of the allocation."},
    CheckInfo{Check::wrong_function, "LINUX-5", "freed with the wrong routine",
              "Each kind of mapping has its own books.",
              "Pair the routines: Allocate/FreeCommonBuffer, MapTransfer/Flush, Get/Put."},
    CheckInfo{Check::pointer_differs, "LINUX-6", "freed with another CPU address than allocated",
              "The pages of another allocation are freed.", "Free with both addresses of the allocation."},
    CheckInfo{Check::entry_count_differs, "LINUX-7", "list put with another number of elements than it had",
              "Elements that are left out stay mapped, others are unmapped that never were.",
              "Do not change a list; keep a copy for the device."},
    CheckInfo{Check::direction_differs, "LINUX-8", "flushed or put with another direction than mapped",
              "Bounced data is copied the wrong way or not at all.", "Keep WriteToDevice with the transfer."},
    CheckInfo{Check::invalid_memory, "LINUX-12", "memory that is no RAM is mapped",
              "The device accesses addresses at which there is nothing, or another device.",
              "Map only memory that an MDL of RAM describes."},
    CheckInfo{Check::flush_outside_mapping, "LINUX-15", "flush reaches beyond what was mapped",
              "Bytes that no transfer has filled are copied into the buffer.", "Flush at most what was mapped."},
    CheckInfo{Check::segment_too_long, "LINUX-20", "element longer than the device supports",
              "The device truncates the length silently.", "Split the element, or set MaximumLength."},
    CheckInfo{Check::segment_crosses_boundary, "LINUX-21", "element crosses a boundary of the device",
              "The device's address counter wraps at the boundary.", "Split the element at the boundary."},
    CheckInfo{Check::overlapping_mapping, "LINUX-22", "mappings overlap in a cache line",
              "What one flush writes back destroys what the other transfer has brought.",
              "Give each transfer whole cache lines of its own."},
    CheckInfo{Check::access_outside_mapping, "SIM-1", "device access outside of every mapping", corrupts,
              "Compare the device's address and length with what the adapter returned."},
    CheckInfo{Check::access_against_direction, "SIM-2", "device access against the direction of its mapping",
              "A read-only mapping of an IOMMU refuses it; a bounced one loses it.",
              "Pass WriteToDevice = FALSE where the device fills the buffer."},
    CheckInfo{Check::access_after_unmap, "SIM-3", "device access after Flush, Put or Free", corrupts, stop_first},
    CheckInfo{
        Check::physical_address, "SIM-4", "physical address given to the device",
        "Bus and physical addresses are equal on some machines only; elsewhere the device hits other memory or none.",
        "Use the address from the DMA adapter; never that of MmGetPhysicalAddress."},
    CheckInfo{Check::misaligned, "SIM-5", "address against the device's alignment",
              "The device refuses it or ignores the low bits.",
              "Allocate a common buffer with the alignment; bouncing keeps the page offset and cures nothing."},
    CheckInfo{Check::bus_master_off, "SIM-6", "device access while bus mastering is off",
              "The device's request never reaches the bus, and the transfer hangs.",
              "Enable bus mastering before the first transfer."},
    CheckInfo{Check::stale_read, "SIM-7", "buffer read after INTx before any register read",
              "The line does not push posted writes: the last bytes may still be in a bridge (PCI 2.3, 3.2.5).",
              "Read a register of the device first, which pushes them, or use MSI."},
    CheckInfo{Check::leak_at_unload, "SIM-8", "DMA memory left at unload",
              "It is lost until the next start of the machine, and the device may still write to it.", give_back},
    CheckInfo{Check::interface_over_released, "SIM-9", "bus interface released more often than taken",
              "The bus driver is unloaded while its child still uses it.",
              "Take a reference before the interface is returned, and release it once."},
};

}  // namespace

std::span<const CheckInfo> checks() { return table; }
const CheckInfo& info_of(Check check) { return table.at(static_cast<std::size_t>(check)); }

}  // namespace ghostcard::dma
