// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/adapter/hal.h>
#include <ghostcard/dma/stack/device_object.h>

#include <cstdint>
#include <map>
#include <set>
#include <source_location>

namespace ghostcard::dma {

/// What systems differ in, or are not documented to do.
struct IoSettings {
    /// Of a device whose bus has no legacy number: Isa (Chappell, "IoGetDmaAdapter") or Internal (ReactOS, pnpdma.c).
    InterfaceType unknown_bus = InterfaceType::isa;
};

/// The part of the system that knows which device objects are PDOs and gives drivers their adapters.
class IoManager {
public:
    /// The HAL must outlive it.
    explicit IoManager(Hal& hal, const IoSettings& settings = {}) : hal_(hal), settings_(settings) {}

    /// A bus driver has returned the PDO from IRP_MN_QUERY_DEVICE_RELATIONS: from now on it is one.
    void report_pdo(const DeviceObject& pdo) { pdos_.insert(&pdo); }
    void remove_pdo(const DeviceObject& pdo) { pdos_.erase(&pdo); }

    /// IoGetDmaAdapter, by the documented algorithm: asks the top of the stack of `pdo` for the bus interface and that
    /// for an adapter; failing that, and for null, the HAL's legacy adapters, of which there may be none.
    /// PASSIVE_LEVEL. Null: no adapter. Throws BugCheck 0xCA/2 for anything but null and a PDO that was reported; it
    /// need not even be a device object.
    AdapterObject* get_dma_adapter(const void* pdo, const DeviceDescription& description, std::uint64_t& map_registers,
                                   std::source_location location = std::source_location::current());

    /// A stop names the object by this address in place of its own.
    void show_as(const void* object, VirtualAddress address) { shown_[object] = address; }
    Hal& hal() { return hal_; }

private:
    Hal& hal_;
    const IoSettings settings_;
    std::set<const void*> pdos_;
    std::map<const void*, VirtualAddress> shown_;
};

}  // namespace ghostcard::dma
