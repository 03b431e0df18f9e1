// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/bus/host_settings.h>
#include <ghostcard/bus/requester.h>

#include <memory>
#include <optional>

namespace ghostcard::bus {

/// The hardware's side of address translation, between the bus and host memory.
class BusTranslation {
public:
    virtual ~BusTranslation() = default;

    /// Whether the host bridge answers to this address on the bus at all.
    virtual bool decodes(BusAddress address) const = 0;
    /// Where an access goes: the physical addresses behind as much of the range as lies together, from its first byte
    /// on. Nothing: that byte faults.
    virtual std::optional<PhysicalRange> translate(RequesterId requester, BusRange range, bool write) const = 0;
    /// The operating system's side for one device.
    virtual Translation& for_device(RequesterId requester) = 0;
};

/// memory must outlive what is returned.
std::unique_ptr<BusTranslation> make_translation(const HostSettings& settings, const HostMemory& memory);

}  // namespace ghostcard::bus
