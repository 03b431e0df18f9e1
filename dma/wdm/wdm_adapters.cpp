// SPDX-License-Identifier: MIT
#define GHOSTCARD_WDM_IMPLEMENTATION
#include "wdm_adapters.h"

#include <ghostcard/dma/wdm/wdm_system.h>

#include <algorithm>

namespace ghostcard::dma {

PDMA_ADAPTER WdmAdapters::show(AdapterObject* object) {
    if (object == nullptr) return nullptr;
    return &adapters_
                .emplace_back(Adapter{{.Version = AdapterObject::version(),
                                       .Size = sizeof(DMA_ADAPTER),
                                       .DmaOperations = {&dma_operations}},
                                      object})
                .shown;
}

DeviceDescription WdmAdapters::description_of(const DEVICE_DESCRIPTION& description) {
    return {.version = description.Version,
            .master = description.Master != FALSE,
            .scatter_gather = description.ScatterGather != FALSE,
            .dma32_bit_addresses = description.Dma32BitAddresses != FALSE,
            .dma64_bit_addresses = description.Dma64BitAddresses != FALSE,
            .maximum_length = description.MaximumLength,
            .interface_type = static_cast<InterfaceType>(description.InterfaceType),
            .reserved1 = description.Reserved1 != FALSE,
            .demand_mode = description.DemandMode != FALSE,
            .auto_initialize = description.AutoInitialize != FALSE,
            .ignore_count = description.IgnoreCount != FALSE};
}

void WdmAdapters::give_list(const ScatterGatherList& list, PVOID memory, PDEVICE_OBJECT device,
                            PDRIVER_LIST_CONTROL routine, PVOID context) {
    const std::size_t count = list.elements.size();
    ListRecord record{list.id, {list.elements.begin(), list.elements.end()}, nullptr};
    if (memory == nullptr) {
        record.memory =
            std::make_unique<std::byte[]>(sizeof(SCATTER_GATHER_LIST) + count * sizeof(SCATTER_GATHER_ELEMENT));
        memory = record.memory.get();
    }
    const auto shown = static_cast<PSCATTER_GATHER_LIST>(memory);
    shown->NumberOfElements = static_cast<ULONG>(count);
    shown->Reserved = list.id;
    for (std::size_t i = 0; i < count; ++i) {
        shown->Elements[i].Address.QuadPart = static_cast<LONGLONG>(list.elements[i].address.value);
        shown->Elements[i].Length = static_cast<ULONG>(list.elements[i].length);
        shown->Elements[i].Reserved = 0;
    }
    lists_.insert_or_assign(shown, std::move(record));
    system_.call_driver([&] { routine(device, device == nullptr ? nullptr : device->CurrentIrp, shown, context); });
}

ScatterGatherList WdmAdapters::taken(PSCATTER_GATHER_LIST list) const {
    const auto found = lists_.find(list);
    if (found == lists_.end()) return {};
    const auto& [id, elements, memory] = found->second;
    return {std::span(elements).first(std::min<std::size_t>(list->NumberOfElements, elements.size())), id};
}

}  // namespace ghostcard::dma
