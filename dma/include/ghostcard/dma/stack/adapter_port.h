// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/dma_adapter.h>
#include <ghostcard/base/frame_mapper.h>
#include <ghostcard/base/irql.h>
#include <ghostcard/base/virtual_memory.h>
#include <ghostcard/dma/adapter/adapter_object.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace ghostcard::dma {

/// A driver's ports to memory on a system that does DMA as Windows does: what a driver writes on top of its adapter.
class AdapterPort final : public DmaAdapter, public FrameMapper, public VirtualMemory {
public:
    /// Where the adapter comes from: asked at the first use, which is said where; null: there is none. May throw
    /// BugCheck.
    using Source = std::function<AdapterObject*(SourceLocation)>;
    struct Settings {
        std::uint64_t max_mapping_bytes = ~std::uint64_t{0};  ///< Longer runs are split (MaxMappingsByteCount).
        bool service = false;  ///< The bus driver does the DMA, and copies into the driver's own memory.
    };

    /// All references must outlive the port; the verifier may be null.
    AdapterPort(Source source, Clock& clock, IrqlState& irql, DmaVerifier* verifier, const Settings& settings)
        : source_(std::move(source)), clock_(clock), irql_(irql), verifier_(verifier), settings_(settings) {}
    ~AdapterPort() override;
    AdapterPort(const AdapterPort&) = delete;
    AdapterPort& operator=(const AdapterPort&) = delete;

    /// A buffer that frames may be mapped in. It must outlive the port.
    void add_buffer(const FrameBuffer& buffer);

    DmaError allocate_common_buffer(std::uint64_t length, const DmaConstraints& constraints, CommonBuffer& buffer,
                                    SourceLocation location = SourceLocation::current()) override;
    DmaError free_common_buffer(const CommonBuffer& buffer,
                                SourceLocation location = SourceLocation::current()) override;
    void sync_for_cpu(BusRange range, SourceLocation location = SourceLocation::current()) override;
    DmaError map(std::span<std::byte> bytes, bool one_run, std::vector<BusRange>& runs,
                 SourceLocation location = SourceLocation::current()) override;
    DmaError unmap(std::span<std::byte> bytes, SourceLocation location = SourceLocation::current()) override;
    /// Of common buffers. The verifier remembers who asks.
    std::optional<PhysicalAddress> physical_address(const std::byte* pointer) const override;

    /// By the host for the driver: through map registers, and where the bus driver does the DMA.
    std::uint64_t bytes_copied() const { return bytes_copied_; }

    /// PutDmaAdapter, if there is an adapter; everything is to be given back before.
    void close(SourceLocation location = SourceLocation::current());

private:
    struct Allocation {
        CommonBuffer whole;            ///< As the adapter gave it: alignment may have cost room.
        CommonBuffer given;            ///< As the driver sees it.
        std::vector<std::byte> child;  ///< The driver's own memory, where the bus driver does the DMA.
        std::uint64_t offset;          ///< Of given in whole.
    };

    AdapterObject* adapter(SourceLocation location);
    void charge_copies();

    Source source_;
    Clock& clock_;
    IrqlState& irql_;
    DmaVerifier* verifier_;
    const Settings settings_;
    AdapterObject* adapter_ = nullptr;
    bool asked_ = false;
    std::map<BusAddress, Allocation> allocations_;  ///< By what the driver was given.
    std::map<const std::byte*, Mdl> buffers_;
    std::map<const std::byte*, ScatterGatherList> lists_;
    std::uint64_t copies_charged_ = 0;  ///< Of the present adapter.
    std::uint64_t bytes_copied_ = 0;
};

}  // namespace ghostcard::dma
