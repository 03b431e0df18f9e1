// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/driver_settings.h>
#include <ghostcard/dma/stack/adapter_port.h>
#include <ghostcard/dma/stack/bus_drivers.h>
#include <ghostcard/dma/stack/host_dma_settings.h>
#include <ghostcard/dma/stream/mappings.h>
#include <ghostcard/dma/verifier/watched_ports.h>

#include <cstdint>
#include <optional>

namespace ghostcard::dma {

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
    AdapterObject* get_adapter(SourceLocation location);

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
