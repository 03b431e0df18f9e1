// SPDX-License-Identifier: MIT
#include <ghostcard/base/addresses.h>
#include <ghostcard/dma/adapter/device_description.h>

namespace ghostcard::dma {

bool acceptable(const DeviceDescription& description, std::uint32_t highest_version) {
    if (description.version > highest_version || !description.master || description.reserved1) return false;
    constexpr unsigned fewest_bits = 24;  // microsoft/Windows-Driver-Frameworks, fxdmaenabler.cpp
    return description.version < 3 ||
           (description.dma_address_width >= fewest_bits && description.dma_address_width <= 64);
}

unsigned address_bits(const DeviceDescription& description) {
    if (description.version >= 3) return description.dma_address_width;
    if (description.dma64_bit_addresses) return 64;
    const bool pci_list = description.scatter_gather && description.interface_type == InterfaceType::pci_bus;
    return description.dma32_bit_addresses || pci_list ? 32 : 24;
}

unsigned operations_version(const DeviceDescription& description) {
    return description.version <= 1 ? 1 : description.version;
}

std::uint64_t wanted_map_registers(const DeviceDescription& description) {
    return round_up(description.maximum_length, page_size) / page_size + 1;
}

}  // namespace ghostcard::dma
