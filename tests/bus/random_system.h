// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/host_settings.h>
#include <ghostcard/bus/pci/pci_settings.h>
#include <ghostcard/bus/pci/transaction.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace ghostcard::tests {

/// A run that a device asks for.
struct DeviceRun {
    Duration pause{};  ///< Since the one before.
    bool write = true;
    std::uint64_t offset = 0;  ///< Of its first byte in the device's part of memory.
    std::uint64_t bytes = 4;
    std::uint64_t burst = 4;
    bool wide = true;
    Duration byte_time{};  ///< How fast its bytes become ready.
    Duration pause_after = Duration::max();
    Duration stop_after = Duration::max();
};

struct Device {
    std::vector<DeviceRun> runs;
};

/// Something that host code does.
struct HostAction {
    enum class Kind { look, read_register, write_register, unmap, map };
    Duration pause{};
    Kind kind = Kind::look;
    unsigned device = 0;
};

/// A PCI bus with a host, a register window and some devices that write to and read from memory; or a row of buses with
/// bridges between them, the host on the first and all else on the last.
struct PciSystem {
    bus::pci::PciSettings pci;
    bus::HostSettings host;
    bus::pci::TargetTiming registers;
    std::vector<Device> devices;
    std::vector<HostAction> actions;
};

std::ostream& operator<<(std::ostream& out, const PciSystem& system);

/// Everything that can be observed when the system runs, with its time; a line for each event.
std::string events_of(const PciSystem& system, bus::pci::Timing timing);

}  // namespace ghostcard::tests
