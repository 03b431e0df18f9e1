// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pcie/pcie_settings.h>

#include <optional>
#include <string>

namespace ghostcard::model {

/// The card's configuration space after an operating system has set it up, as `lspci -x` prints it and `lspci -F` reads
/// it: a line with the slot, then 16 lines of 16 bytes. On PCI Express if there is a link; on conventional PCI the
/// bridges before it come first.
std::string config_dump(const std::optional<bus::pcie::PcieSettings>& link = {}, unsigned bridges = 0);

}  // namespace ghostcard::model
