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
    /// Where the access goes; what it says of one byte holds up to the end of its page. Nothing: a fault.
    virtual std::optional<PhysicalAddress> translate(RequesterId requester, BusAddress address, bool write) const = 0;
    /// The operating system's side for one device.
    virtual Translation& for_device(RequesterId requester) = 0;
};

/// memory must outlive what is returned.
std::unique_ptr<BusTranslation> make_translation(const HostSettings& settings, const HostMemory& memory);

}  // namespace ghostcard::bus
