// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <cstddef>
#include <optional>

namespace ghostcard {

/// Where the bytes that a driver can point at lie in physical memory.
class VirtualMemory {
public:
    virtual ~VirtualMemory() = default;

    /// The physical address behind a pointer (Windows: MmGetPhysicalAddress); nothing if no known mapping covers it.
    /// Not an address to give to a device: only a DmaAdapter makes those.
    virtual std::optional<PhysicalAddress> physical_address(const std::byte* pointer) const = 0;
};

}  // namespace ghostcard
