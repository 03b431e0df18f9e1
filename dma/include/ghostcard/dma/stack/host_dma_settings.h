// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/units.h>
#include <ghostcard/dma/adapter/hal_settings.h>

namespace ghostcard::dma {

/// Where the capture driver stands, and how it asks for its adapter.
enum class StackKind {
    direct,          ///< On pci.sys.
    child_pdo,       ///< Above an intermediate bus that answers for nobody: its own PDO gives NULL.
    bus_interface,   ///< Above one that answers the query for its child.
    pci_pdo,         ///< Above one that passes the PDO from pci.sys up.
    lent_adapter,    ///< Above one that passes an adapter up.
    service,         ///< Above one that does the DMA itself, and hands filled buffers up.
    fdo,             ///< As pci_pdo, but what is passed up is the bus driver's FDO: bug check 0xCA/2.
    unreported_pdo,  ///< Its own PDO, before the bus driver has reported it: bug check 0xCA/2.
};

struct HostDmaSettings {
    HalSettings hal{};
    StackKind stack = StackKind::direct;
    Bytes max_mapping{0};  ///< MaxMappingsByteCount; 0: none.
};

}  // namespace ghostcard::dma
