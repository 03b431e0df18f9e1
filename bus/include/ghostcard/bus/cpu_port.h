// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <cstdint>

namespace ghostcard::bus {

inline constexpr unsigned devices_of_bus = 32;

/// The processor's way onto the bus, whatever the bus. From a SystemC thread; calls return when the access has ended.
class CpuPort {
public:
    virtual ~CpuPort() = default;

    /// 32-bit accesses to device memory; a read that nobody answers gives all ones. A read returns only when every
    /// write towards memory that was accepted before it is in memory.
    virtual std::uint32_t read(BusAddress address) = 0;
    virtual void write(BusAddress address, std::uint32_t value) = 0;
    /// Configuration space of a device; offset: a multiple of 4. device: its number, and devices_of_bus more for each
    /// number of its bus.
    virtual std::uint32_t read_configuration(unsigned device, std::uint32_t offset) = 0;
    virtual void write_configuration(unsigned device, std::uint32_t offset, std::uint32_t value) = 0;
};

}  // namespace ghostcard::bus
