// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/make_bus.h>

#include <ghostcard/bus/pci/analytic_bus.h>
#include <ghostcard/bus/pci/cycle_bus.h>

namespace ghostcard::bus::pci {

std::unique_ptr<PciBus> make_bus(const sc_core::sc_module_name& name, const PciSettings& settings) {
    if (settings.timing == Timing::cycle) return std::make_unique<CycleBus>(name, settings);
    return std::make_unique<AnalyticBus>(name, settings);
}

}  // namespace ghostcard::bus::pci
