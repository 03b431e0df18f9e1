// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/pci_bus.h>
#include <ghostcard/bus/pci/pci_settings.h>

#include <memory>
#include <systemc>

namespace ghostcard::bus::pci {

std::unique_ptr<PciBus> make_bus(const sc_core::sc_module_name& name, const PciSettings& settings);

}  // namespace ghostcard::bus::pci
