// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/interrupt_source.h>
#include <ghostcard/base/register_file.h>
#include <ghostcard/registers/pci_config.h>

#include <cstdint>
#include <optional>

namespace ghostcard::bus::pci {

/// The configuration space of a device and what its settings mean for the rest of it (PCI 2.3, chapter 6).
class PciFunction {
public:
    static constexpr std::uint32_t configuration_bytes = 256;

    PciFunction();

    /// Offsets in bytes, multiples of 4; what is not there reads zero.
    std::uint32_t read(std::uint32_t offset) const { return registers_.read(offset); }
    void write(std::uint32_t offset, std::uint32_t value, std::uint32_t byte_mask = 0xffffffff);
    /// RST#.
    void reset() { registers_.reset(); }

    /// Answers to memory accesses: COMMAND allows it and the device is in D0.
    bool memory_enabled() const;
    /// May begin transactions: COMMAND allows it and the device is in D0.
    bool bus_master_enabled() const;
    /// May assert INTA#: COMMAND does not forbid it and MSI is off.
    bool line_enabled() const;
    /// What to write for an interrupt while MSI is on.
    std::optional<InterruptMessage> message() const;

    /// STATUS: an interrupt is pending in the device, whether or not INTA# may show it.
    void set_interrupt_status(bool pending);
    /// STATUS: how a transaction of the device ended.
    void received_master_abort();
    void received_target_abort();

private:
    bool in_d0() const;

    RegisterFile registers_;
};

}  // namespace ghostcard::bus::pci
