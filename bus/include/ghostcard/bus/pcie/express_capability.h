// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_file.h>
#include <ghostcard/bus/pcie/pcie_settings.h>

#include <cstdint>
#include <functional>

namespace ghostcard::bus::pcie {

/// What a slot makes of the configuration space of the component in it, so that it is that of a PCI Express device: it
/// adds the PCI Express capability behind the component's last one, and hides what only a parallel bus has. The
/// component must leave 0x80 to 0xbb free.
class ExpressCapability {
public:
    using Component = std::function<std::uint32_t(std::uint32_t offset)>;  ///< Reads a word of its own space.

    explicit ExpressCapability(const PcieSettings& settings);

    /// Offsets in bytes, multiples of 4 below 256.
    bool owns(std::uint32_t offset) const;
    std::uint32_t read(std::uint32_t offset, const Component& component) const;
    /// Only what it owns.
    void write(std::uint32_t offset, std::uint32_t value) { registers_.write(offset, value); }
    /// What software allows in DEVICE_CONTROL, at most what the device supports; reserved codes count as the most.
    Bytes max_payload() const;
    Bytes max_read_request() const;
    /// DEVICE_STATUS: a request came that the device does not support.
    void received_unsupported_request();

private:
    RegisterFile registers_;
};

}  // namespace ghostcard::bus::pcie
