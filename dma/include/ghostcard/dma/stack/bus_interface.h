// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/source_location.h>
#include <ghostcard/dma/adapter/adapter_object.h>
#include <ghostcard/dma/adapter/device_description.h>

#include <cstdint>
#include <functional>

namespace ghostcard::dma {

/// What a bus driver answers to IRP_MN_QUERY_INTERFACE for GUID_BUS_INTERFACE_STANDARD (Windows:
/// BUS_INTERFACE_STANDARD), as far as DMA goes. Whoever answers has taken a reference for the asker, who releases it.
struct BusInterface {
    static constexpr std::uint16_t standard_size = 64;  ///< Bytes of Windows' structure for 64 bit.
    static constexpr std::uint16_t standard_version = 1;

    std::uint16_t size = standard_size;
    std::uint16_t version = standard_version;
    std::function<void()> reference{};
    std::function<void()> dereference{};
    /// Null if there is none for such a device. May be empty: the bus makes no adapters.
    std::function<AdapterObject*(const DeviceDescription&, std::uint64_t& map_registers, SourceLocation)>
        get_dma_adapter{};
};

/// Counts who holds an interface; a provider's part.
class InterfaceReferences {
public:
    /// `verifier` may be null.
    explicit InterfaceReferences(DmaVerifier* verifier) : verifier_(verifier) {}

    void take() { ++count_; }
    /// Reports one that nobody has taken: the provider would go while somebody still uses it.
    void release(SourceLocation location = SourceLocation::current());
    std::int64_t count() const { return count_; }

private:
    DmaVerifier* verifier_;
    std::int64_t count_ = 0;
};

}  // namespace ghostcard::dma
