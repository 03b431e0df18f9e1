// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/source_location.h>
#include <ghostcard/base/time.h>

#include <cstdint>

namespace ghostcard {

/// What the host's side of the machine sees of one device's use of memory. The host bridge reports to it; whoever
/// checks a driver listens. Reports come in the order of events; those of the device may come late, as long as the
/// driver has not done anything since that depends on them, and therefore tell when it was.
class DeviceActivity {
public:
    virtual ~DeviceActivity() = default;

    /// The device has accessed memory, whether or not anybody answered; `bus_master` tells whether the device was
    /// allowed to.
    virtual void device_accessed(BusRange range, bool write, bool bus_master, Duration time) = 0;
    /// The same for a row of accesses side by side, each of so many bytes. False, and nothing has been done, unless
    /// each of them is as it should be: then they are told of one by one.
    virtual bool device_accessed_row(BusRange row, std::uint64_t bytes, bool write, bool bus_master) {
        static_cast<void>(row), static_cast<void>(bytes), static_cast<void>(write), static_cast<void>(bus_master);
        return false;
    }
    /// Address translation has refused an access.
    virtual void translation_fault(BusAddress address, bool write, Duration time) = 0;
    /// The driver has written an address into the device's descriptor and started it, at that place in its sources.
    virtual void device_programmed(BusRange range, const SourceLocation& location) = 0;
    /// A register of the device has been read, which pushes the device's posted writes into memory before the answer
    /// comes (PCI 2.3, 3.2.5), or written, which does not. An access of the driver.
    virtual void register_accessed(bool write) = 0;
    /// The processor has taken an interrupt of the device: from a line, which pushes nothing, or from a message, which
    /// has come behind the data.
    virtual void interrupt_taken(bool message) = 0;
};

}  // namespace ghostcard
