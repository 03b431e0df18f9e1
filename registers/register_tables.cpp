// SPDX-License-Identifier: MIT
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_bridge_config.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/pcie_capability.h>
#include <ghostcard/registers/register_tables.h>

namespace ghostcard::registers {

RegisterTable card_register_table() { return table_of<CardRegisters>(); }
RegisterTable config_register_table() { return table_of<ConfigRegisters>(); }
RegisterTable bridge_register_table() { return table_of<BridgeRegisters>(); }
RegisterTable express_register_table() { return table_of<ExpressRegisters>(); }

}  // namespace ghostcard::registers
