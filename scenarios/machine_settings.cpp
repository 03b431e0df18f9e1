// SPDX-License-Identifier: MIT
#include "machine_settings.h"

namespace ghostcard::scenarios {

platform::MachineSettings machine_settings(const Scenario& scenario) {
    platform::MachineSettings settings{
        .card = scenario.card, .pci = scenario.pci, .host = scenario.host, .cpu = scenario.cpu};
    settings.cpu.dpc_latency.seed = scenario.seed;
    if (scenario.bus.kind == BusKind::pcie) {
        settings.pcie = scenario.pcie;
        settings.pcie->read_latency.seed = scenario.seed;
    }
    return settings;
}

}  // namespace ghostcard::scenarios
