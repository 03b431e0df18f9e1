// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/bus/requester.h>

#include <cstddef>
#include <span>

namespace ghostcard::bus {

/// What a device's accesses reach in the host: memory behind bus addresses. The host's own RAM behind its translation
/// (TranslatedMemory), or that of whoever has attached to the card from elsewhere.
class DmaMemory {
public:
    virtual ~DmaMemory() = default;

    /// Whether the host answers to a memory access there at all.
    virtual bool decodes(BusAddress address) const = 0;
    /// The bytes behind as much of the range as lies together, from its first byte on; none if that byte faults. They
    /// stay where they are until the translation of these addresses changes.
    virtual std::span<std::byte> reach(RequesterId requester, BusRange range, bool write) const = 0;
    /// A device has changed these bytes, which are some that reach() gave.
    virtual void written(std::span<const std::byte> bytes) = 0;
    /// Whether what is written is there to be read; where it is not, writes may be left out.
    virtual bool keeps_contents() const = 0;
    /// The operating system's side for one device.
    virtual Translation& for_device(RequesterId requester) = 0;
};

}  // namespace ghostcard::bus
