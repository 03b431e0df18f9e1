// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/source_location.h>
#include <ghostcard/dma/adapter/adapter_object.h>
#include <ghostcard/dma/adapter/hal_settings.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace ghostcard::dma {

/// The part of the system that makes DMA adapters for one device's bus (Windows: the hardware abstraction layer).
/// Adapters that reach equally far share their map registers.
class Hal {
public:
    /// All must outlive the HAL; the verifier may be null.
    Hal(const HostMemory& memory, PageAllocator& allocator, Translation& translation, const HalSettings& settings,
        DmaVerifier* verifier = nullptr);

    /// What the device needs of its elements; for the verifier.
    void declare_device(const DmaConstraints& needs, std::uint64_t longest_segment);

    /// An adapter for a device whose bus driver asks for one, which lives until the HAL goes; null if the description
    /// is not acceptable. map_registers is what may be asked for at once.
    AdapterObject* adapter(const DeviceDescription& description, std::uint64_t& map_registers,
                           SourceLocation location = SourceLocation::current());
    /// For a device that no bus driver answers for: null, unless the settings allow it (KMDF, fxdmaenabler.cpp: on x86
    /// there is one, on amd64 the attempt fails cleanly).
    AdapterObject* legacy_adapter(const DeviceDescription& description, std::uint64_t& map_registers,
                                  SourceLocation location = SourceLocation::current());
    /// The same, by a driver that calls the HAL itself: obsolete.
    AdapterObject* hal_get_adapter(const DeviceDescription& description, std::uint64_t& map_registers,
                                   SourceLocation location = SourceLocation::current());
    /// PutDmaAdapter of what a driver holds, which may be null.
    void put(AdapterObject* adapter, SourceLocation location = SourceLocation::current());

    /// The driver is unloaded: reports adapters that it has not put, and what else it has left, each where it came
    /// from.
    void driver_unloaded();

    /// Adapters that were made and not put.
    std::uint64_t outstanding() const;
    const HalSettings& settings() const { return settings_; }
    DmaVerifier* verifier() const { return verifier_; }

private:
    MapRegisterPool& pool(unsigned address_bits);

    const HostMemory& memory_;
    PageAllocator& allocator_;
    Translation& translation_;
    const HalSettings settings_;
    DmaVerifier* const verifier_;
    std::optional<DmaConstraints> device_needs_;
    std::uint64_t longest_segment_ = ~std::uint64_t{0};
    std::map<unsigned, std::unique_ptr<MapRegisterPool>> pools_;  ///< By address bits.
    std::vector<std::unique_ptr<AdapterObject>> adapters_;  ///< Those that were put stay, so that their use shows.
};

}  // namespace ghostcard::dma
