// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/adapter/adapter_object.h>
#include <ghostcard/dma/wdm/wdm.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>

namespace ghostcard::dma {

class WdmSystem;

/// The DMA_ADAPTERs and SCATTER_GATHER_LISTs that the driver has pointers to. All of them live until the system goes,
/// so that the use of one that was given back is a finding and no accident.
class WdmAdapters {
public:
    /// What a PDMA_ADAPTER points to.
    struct Adapter {
        DMA_ADAPTER shown;
        AdapterObject* object;
        PDEVICE_OBJECT channel_of = nullptr;  ///< Who has asked for the channel last.
    };

    explicit WdmAdapters(WdmSystem& system) : system_(system) {}

    /// Null for null.
    PDMA_ADAPTER show(AdapterObject* object);
    /// As the description that a driver has filled means it.
    static DeviceDescription description_of(const DEVICE_DESCRIPTION& description);

    /// Calls the driver's routine with the list, in memory of the driver's or, if that is null, of the system's.
    void give_list(const ScatterGatherList& list, PVOID memory, PDEVICE_OBJECT device, PDRIVER_LIST_CONTROL routine,
                   PVOID context);
    /// As it comes back; one that nobody made has the mark 0.
    ScatterGatherList taken(PSCATTER_GATHER_LIST list) const;

private:
    struct ListRecord {
        std::uint64_t id;
        std::vector<ScatterGatherElement> elements;
        std::unique_ptr<std::byte[]> memory;
    };

    WdmSystem& system_;
    std::list<Adapter> adapters_;
    std::map<PSCATTER_GATHER_LIST, ListRecord> lists_;
};

/// The table that every adapter points to.
extern DMA_OPERATIONS dma_operations;

}  // namespace ghostcard::dma
