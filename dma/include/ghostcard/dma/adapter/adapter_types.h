// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/dma/adapter/map_register_pool.h>
#include <ghostcard/dma/adapter/nt_status.h>
#include <ghostcard/dma/adapter/transfer_mapper.h>
#include <ghostcard/dma/page_allocator.h>
#include <ghostcard/dma/verifier/dma_verifier.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace ghostcard::dma {

/// Handle of granted map registers (Windows: MapRegisterBase, an opaque pointer). NULL is a legal success: no transfer
/// of this adapter is ever copied (KMDF, fxdmatransactionpacket.hpp).
struct MapRegisterBase {
    std::uint64_t value = 0;

    bool is_null() const { return value == 0; }
    friend bool operator==(MapRegisterBase, MapRegisterBase) = default;
};

/// What an AdapterControl routine answers, with Windows' values (IO_ALLOCATION_ACTION).
enum class AllocationAction : std::int32_t {
    keep_object = 1,                      ///< Channel and registers, until FreeAdapterChannel.
    deallocate_object = 2,                ///< Neither.
    deallocate_object_keep_registers = 3  ///< The registers, until FreeMapRegisters: what a bus master answers.
};
using AdapterControl = std::function<AllocationAction(MapRegisterBase)>;

/// One run of bus addresses (Windows: SCATTER_GATHER_ELEMENT, whose field is called a physical address and is not one).
struct ScatterGatherElement {
    BusAddress address;
    std::uint64_t length = 0;
};

/// Valid until it is put.
struct ScatterGatherList {
    std::span<const ScatterGatherElement> elements;
    std::uint64_t id = 0;  ///< The adapter's mark.
};
using AdapterListControl = std::function<void(const ScatterGatherList&)>;

/// What adapters of one device work with; all of it outlives them.
struct AdapterHost {
    const HostMemory& memory;
    PageAllocator& allocator;
    Translation& translation;
    MapRegisterPool& pool;                            ///< Within the device's reach.
    std::optional<std::uint64_t> map_register_limit;  ///< The most that an adapter is promised; nothing: no limit.
    MappingPolicy policy;
    DmaVerifier* verifier = nullptr;
    std::optional<DmaConstraints> device_needs;         ///< For the verifier, if the device has declared any.
    std::uint64_t longest_segment = ~std::uint64_t{0};  ///< For the verifier: bytes of an element.
};

}  // namespace ghostcard::dma
