// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stack/bug_check.h>
#include <ghostcard/dma/stack/io_manager.h>

#include <bit>

// Steps: DDI, GetDmaAdapter and BUS_INTERFACE_STANDARD; Chappell, "IoGetDmaAdapter"; ReactOS,
// ntoskrnl/io/pnpmgr/pnpdma.c.

namespace ghostcard::dma {

AdapterObject* IoManager::get_dma_adapter(const void* pdo, const DeviceDescription& description,
                                          std::uint64_t& map_registers, SourceLocation location) {
    if (hal_.verifier() != nullptr) hal_.verifier()->expect_irql(Irql::passive, "IoGetDmaAdapter", location);
    if (pdo == nullptr) return hal_.legacy_adapter(description, map_registers, location);
    const auto shown = shown_.find(pdo);
    const std::uint64_t object = shown != shown_.end() ? shown->second.value : std::bit_cast<std::uintptr_t>(pdo);
    if (!pdos_.contains(pdo))
        throw BugCheck(pnp_detected_fatal_error, {invalid_pdo, object, 0, 0},
                       "IoGetDmaAdapter was given an object that is no PDO: an FDO, or a PDO that its bus driver has "
                       "not reported yet");
    // What was reported is a device object, and lives as long as it is reported.
    auto& device = *const_cast<DeviceObject*>(static_cast<const DeviceObject*>(pdo));
    DeviceDescription copy = description;
    if (copy.interface_type == InterfaceType::undefined || copy.interface_type == InterfaceType::pnp_bus)
        copy.interface_type = device.legacy_bus_type().value_or(settings_.unknown_bus);

    BusInterface bus;
    const bool answered = device.top().query_bus_interface(bus) == NtStatus::success;
    AdapterObject* adapter = nullptr;
    if (answered && bus.size == BusInterface::standard_size && bus.version == BusInterface::standard_version) {
        if (bus.get_dma_adapter) adapter = bus.get_dma_adapter(copy, map_registers, location);
        if (bus.dereference) bus.dereference();
    }
    return adapter != nullptr ? adapter : hal_.legacy_adapter(copy, map_registers, location);
}

}  // namespace ghostcard::dma
