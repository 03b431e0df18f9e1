// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

namespace ghostcard::dma {

/// Kinds of bus (Windows: INTERFACE_TYPE), with Windows' values.
enum class InterfaceType : std::int32_t {
    undefined = -1,
    internal = 0,
    isa = 1,
    eisa = 2,
    pci_bus = 5,
    pnp_bus = 15,
};

/// What a driver tells IoGetDmaAdapter about its device (Windows: DEVICE_DESCRIPTION). The fields that only subordinate
/// DMA through the system's controller uses have no effect on a bus master, as documented.
struct DeviceDescription {
    std::uint32_t version = 2;            ///< 0 and 1 give the routines of version 1, 2 and 3 those of their own.
    bool master = true;                   ///< A bus master; subordinate devices are not modelled.
    bool scatter_gather = false;          ///< The device takes a list; without it each transfer gets one address.
    bool dma32_bit_addresses = false;     ///< Versions 0 to 2.
    bool dma64_bit_addresses = false;     ///< Versions 0 to 2; implies 32.
    std::uint32_t dma_address_width = 0;  ///< Version 3: address bits, 1 to 64. The HAL refuses fewer than 24 (KMDF).
    std::uint32_t maximum_length = 0;     ///< Bytes of the longest operation; determines the number of map registers.
    InterfaceType interface_type = InterfaceType::pci_bus;
    bool reserved1 = false;  ///< Has to be false.

    // Of subordinate DMA, or unused in WDM.
    bool demand_mode = false;
    bool auto_initialize = false;
    bool ignore_count = false;
    std::uint32_t bus_number = 0;
    std::uint32_t dma_channel = 0;
    std::uint32_t dma_width = 0;
    std::uint32_t dma_speed = 0;
    std::uint32_t dma_port = 0;
    std::uint32_t dma_request_line = 0;
    std::uint64_t device_address = 0;
};

/// The highest version of DEVICE_DESCRIPTION that there is (Windows 8).
inline constexpr std::uint32_t highest_description_version = 3;

/// Whether a HAL that knows versions up to `highest_version` gives an adapter for it; nothing else gives NULL.
bool acceptable(const DeviceDescription& description, std::uint32_t highest_version = highest_description_version);

/// Address bits that the device drives. A PCI device with scatter/gather is taken to drive 32 even where the flags are
/// clear; without any flag it is 24 (KMDF: an ISA device's).
unsigned address_bits(const DeviceDescription& description);

/// The set of routines in the adapter's table (DMA_OPERATIONS): 1, 2 or 3.
unsigned operations_version(const DeviceDescription& description);

/// Registers that an operation of MaximumLength takes at the most: its pages, and one more since it may begin in the
/// midst of one.
std::uint64_t wanted_map_registers(const DeviceDescription& description);

}  // namespace ghostcard::dma
