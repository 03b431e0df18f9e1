// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/dma_memory.h>
#include <ghostcard/remote/client_memory.h>

namespace ghostcard::scenarios {

/// The memory of whoever is attached to the card, as its DMA reaches it. What is not mapped faults, as behind an IOMMU.
class PeerMemory : public bus::DmaMemory {
public:
    void attach(remote::ClientMemory& memory) { memory_ = &memory; }
    void detach() { memory_ = nullptr; }

    bool decodes(BusAddress address) const override;
    std::span<std::byte> reach(bus::RequesterId requester, BusRange range, bool write) const override;
    void written(std::span<const std::byte> bytes) override;
    bool keeps_contents() const override { return true; }
    Translation& for_device(bus::RequesterId) override { return nothing_; }

private:
    /// The client maps its memory itself.
    class Nothing : public Translation {
        std::optional<std::uint64_t> constant_offset() const override { return std::nullopt; }
        std::optional<BusAddress> map(PhysicalRange, DmaDirection, const DmaConstraints&) override {
            return std::nullopt;
        }
        void unmap(BusRange) override {}
    };

    remote::ClientMemory* memory_ = nullptr;
    Nothing nothing_;
};

}  // namespace ghostcard::scenarios
