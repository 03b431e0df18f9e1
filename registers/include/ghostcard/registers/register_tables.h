// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_table.h>

namespace ghostcard::registers {

RegisterTable card_register_table();     ///< CardRegisters: BAR0.
RegisterTable config_register_table();   ///< ConfigRegisters: the configuration space.
RegisterTable bridge_register_table();   ///< BridgeRegisters: the configuration space of a PCI-to-PCI bridge.
RegisterTable express_register_table();  ///< ExpressRegisters: what a PCI Express slot adds to it.

}  // namespace ghostcard::registers
