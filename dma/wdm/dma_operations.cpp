// SPDX-License-Identifier: MIT
#define GHOSTCARD_WDM_IMPLEMENTATION
#include <ghostcard/dma/wdm/wdm_system.h>

#include <optional>
#include <vector>

#include "driver_guard.h"
#include "wdm_adapters.h"
#include "wdm_memory.h"

// The routines of DMA_OPERATIONS, each what AdapterObject makes of it.

namespace ghostcard::dma {
namespace {

constexpr std::uint32_t page_fault = 0x50;  // PAGE_FAULT_IN_NONPAGED_AREA

/// One call of the driver's: whom it is for, and where it stands.
class Call {
public:
    explicit Call(PDMA_ADAPTER adapter)
        : system(WdmSystem::current()),
          site(system.take_call_site()),
          adapter_(reinterpret_cast<WdmAdapters::Adapter*>(adapter)) {}

    WdmAdapters::Adapter& adapter() const {
        if (adapter_ != nullptr) return *adapter_;
        system.verifier().report(Check::adapter_null, "a routine of DMA_OPERATIONS is called for NULL", site);
        system.stop(page_fault, 0, 0, "a routine of DMA_OPERATIONS was called for no adapter");
    }
    AdapterObject& object() const { return *adapter().object; }

    const Mdl& mdl(PMDL mdl) const {
        if (const Mdl* const described = system.memory().mdl(mdl)) return *described;
        system.stop(page_fault, 0, 0, "a DMA routine was given what is no MDL, or one that was freed");
    }
    VirtualAddress index(PMDL described, PVOID pointer) const {
        return WdmMemory::index(described, mdl(described), pointer);
    }

    WdmSystem& system;
    const SourceLocation site;

private:
    const SystemCall in_system_;
    WdmAdapters::Adapter* const adapter_;
};

PHYSICAL_ADDRESS shown(std::optional<BusAddress> address) {
    PHYSICAL_ADDRESS shown;
    shown.QuadPart = address ? static_cast<LONGLONG>(address->value) : -1;  // as Linux's DMA_MAPPING_ERROR
    return shown;
}

NTSTATUS shown(NtStatus status) { return static_cast<NTSTATUS>(status); }
PVOID shown(MapRegisterBase base) { return reinterpret_cast<PVOID>(base.value); }
MapRegisterBase base_of(PVOID shown) { return {reinterpret_cast<std::uintptr_t>(shown)}; }

VOID put_dma_adapter(PDMA_ADAPTER adapter) {
    const Call call(adapter);
    call.system.hal().put(adapter == nullptr ? nullptr : &call.object(), call.site);
}

PVOID allocate_common_buffer(PDMA_ADAPTER adapter, ULONG length, PPHYSICAL_ADDRESS address, BOOLEAN) {
    const Call call(adapter);
    const auto buffer = call.object().allocate_common_buffer(length, std::nullopt, call.site);
    if (!buffer) return nullptr;
    const PhysicalAddress first = *call.object().physical_address(buffer->bytes.data());
    std::vector<PhysicalAddress> pages;
    for (std::uint64_t at = 0; at < length; at += page_size) pages.push_back(first + at);
    call.system.memory().add(buffer->bytes, std::move(pages), kernel_address(first));
    *address = shown(buffer->bus_address);
    return buffer->bytes.data();
}

VOID free_common_buffer(PDMA_ADAPTER adapter, ULONG length, PHYSICAL_ADDRESS address, PVOID pointer, BOOLEAN) {
    const Call call(adapter);
    call.object().free_common_buffer(length, {static_cast<std::uint64_t>(address.QuadPart)},
                                     static_cast<const std::byte*>(pointer), call.site);
    if (!call.object().physical_address(static_cast<const std::byte*>(pointer))) call.system.memory().remove(pointer);
}

NTSTATUS allocate_adapter_channel(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, ULONG registers, PDRIVER_CONTROL routine,
                                  PVOID context) {
    const Call call(adapter);
    call.adapter().channel_of = device;
    const auto control = [&system = call.system, device, routine, context](MapRegisterBase base) {
        auto action = DeallocateObject;
        system.call_driver(
            [&] { action = routine(device, device == nullptr ? nullptr : device->CurrentIrp, shown(base), context); });
        return static_cast<AllocationAction>(action);
    };
    return shown(call.object().allocate_adapter_channel(device, registers, control, true, call.site));
}

BOOLEAN flush_adapter_buffers(PDMA_ADAPTER adapter, PMDL mdl, PVOID base, PVOID pointer, ULONG length, BOOLEAN write) {
    const Call call(adapter);
    return call.object().flush_adapter_buffers(call.mdl(mdl), base_of(base), call.index(mdl, pointer), length,
                                               write != FALSE, call.site);
}

VOID free_adapter_channel(PDMA_ADAPTER adapter) {
    const Call call(adapter);
    call.object().free_adapter_channel(call.adapter().channel_of, call.site);
}

VOID free_map_registers(PDMA_ADAPTER adapter, PVOID base, ULONG count) {
    const Call call(adapter);
    call.object().free_map_registers(base_of(base), count, call.site);
}

PHYSICAL_ADDRESS map_transfer(PDMA_ADAPTER adapter, PMDL mdl, PVOID base, PVOID pointer, PULONG length, BOOLEAN write) {
    const Call call(adapter);
    std::uint64_t mapped = *length;
    const auto bus = call.object().map_transfer(call.mdl(mdl), base_of(base), call.index(mdl, pointer), mapped,
                                                write != FALSE, call.site);
    *length = static_cast<ULONG>(mapped);
    return shown(bus);
}

ULONG get_dma_alignment(PDMA_ADAPTER adapter) {
    const Call call(adapter);
    return call.object().dma_alignment(call.site);
}

/// Of subordinate devices only, which are not modelled: nothing is ever left to move.
ULONG read_dma_counter(PDMA_ADAPTER adapter) {
    const Call call(adapter);
    (void)call.object();
    return 0;
}

NTSTATUS get_scatter_gather_list(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PMDL mdl, PVOID pointer, ULONG length,
                                 PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN write) {
    const Call call(adapter);
    const auto control = [&system = call.system, device, routine, context](const ScatterGatherList& list) {
        system.adapters().give_list(list, nullptr, device, routine, context);
    };
    return shown(call.object().get_scatter_gather_list(device, call.mdl(mdl), call.index(mdl, pointer), length, control,
                                                       write != FALSE, true, call.site));
}

VOID put_scatter_gather_list(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, BOOLEAN write) {
    const Call call(adapter);
    call.object().put_scatter_gather_list(call.system.adapters().taken(list), write != FALSE, call.site);
}

NTSTATUS calculate_scatter_gather_list(PDMA_ADAPTER adapter, PMDL mdl, PVOID pointer, ULONG length, PULONG size,
                                       PULONG registers) {
    const Call call(adapter);
    const Mdl* const described = mdl == nullptr ? nullptr : &call.mdl(mdl);
    const VirtualAddress address = mdl == nullptr ? VirtualAddress{} : call.index(mdl, pointer);
    std::uint64_t bytes = 0, count = 0;
    const NtStatus status = call.object().calculate_scatter_gather_list(described, address, length, bytes, count);
    *size = static_cast<ULONG>(bytes);
    if (registers != nullptr) *registers = static_cast<ULONG>(count);
    return shown(status);
}

NTSTATUS build_scatter_gather_list(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PMDL mdl, PVOID pointer, ULONG length,
                                   PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN write, PVOID memory,
                                   ULONG memory_length) {
    const Call call(adapter);
    const auto scratch =
        std::make_shared<std::vector<ScatterGatherElement>>(memory_length / sizeof(ScatterGatherElement));
    const auto control = [&system = call.system, memory, device, routine, context,
                          scratch](const ScatterGatherList& list) {
        system.adapters().give_list(list, memory, device, routine, context);
    };
    return shown(call.object().build_scatter_gather_list(device, call.mdl(mdl), call.index(mdl, pointer), length,
                                                         control, write != FALSE,
                                                         std::as_writable_bytes(std::span(*scratch)), call.site));
}

NTSTATUS build_mdl_from_scatter_gather_list(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, PMDL original,
                                            PMDL* target) {
    const Call call(adapter);
    Mdl result;
    const Mdl* const described = original == nullptr ? nullptr : &call.mdl(original);
    const NtStatus status = call.object().build_mdl_from_scatter_gather_list(call.system.adapters().taken(list),
                                                                             described, result, call.site);
    if (status == NtStatus::success) *target = call.system.memory().map_mdl(result);
    return shown(status);
}

}  // namespace

DMA_OPERATIONS dma_operations = {
    .Size = sizeof(DMA_OPERATIONS),
    .PutDmaAdapter = put_dma_adapter,
    .AllocateCommonBuffer = allocate_common_buffer,
    .FreeCommonBuffer = free_common_buffer,
    .AllocateAdapterChannel = allocate_adapter_channel,
    .FlushAdapterBuffers = flush_adapter_buffers,
    .FreeAdapterChannel = free_adapter_channel,
    .FreeMapRegisters = free_map_registers,
    .MapTransfer = map_transfer,
    .GetDmaAlignment = get_dma_alignment,
    .ReadDmaCounter = read_dma_counter,
    .GetScatterGatherList = get_scatter_gather_list,
    .PutScatterGatherList = put_scatter_gather_list,
    .CalculateScatterGatherList = calculate_scatter_gather_list,
    .BuildScatterGatherList = build_scatter_gather_list,
    .BuildMdlFromScatterGatherList = build_mdl_from_scatter_gather_list,
};

}  // namespace ghostcard::dma
