// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/driver_settings.h>
#include <ghostcard/dma/stack/adapter_port.h>
#include <ghostcard/dma/stack/bus_drivers.h>
#include <ghostcard/dma/stream/mappings.h>
#include <ghostcard/dma/verifier/watched_ports.h>

#include <cstdint>
#include <optional>

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
    std::uint64_t max_mapping = 0;  ///< MaxMappingsByteCount in bytes; 0: none.
};

/// What the host's system has for the capture driver: HAL, device stack, verifier, and the ports on top of them.
class HostDma {
public:
    /// The references must outlive it. `needs` are the card's, `frame_bytes` is the longest transfer.
    HostDma(const HostMemory& memory, PageAllocator& pages, Translation& translation, Clock& clock,
            const HostDmaSettings& settings, const DriverSettings& driver, const DmaConstraints& needs,
            std::uint64_t frame_bytes);

    AdapterPort& port() { return port_; }
    IrqlState& irql() { return irql_; }
    DmaVerifier& verifier() { return verifier_; }
    const DmaVerifier& verifier() const { return verifier_; }
    /// The driver is unloaded: the adapter is put, and what is left is reported.
    void unload();

private:
    AdapterObject* get_adapter();

    const HostDmaSettings settings_;
    DeviceDescription description_;
    IrqlState irql_;
    DmaVerifier verifier_;
    Hal hal_;
    IoManager io_;
    PciPdo card_;
    IntermediateBus bus_;
    DeviceObject function_{"capture FDO"};
    AdapterPort port_;
};

}  // namespace ghostcard::dma
