// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/bus_translation.h>

namespace ghostcard::bus {

/// Bus = physical + constant; the same for every device, and all of RAM is always reachable. The constant is 0 on a PC
/// without an IOMMU.
class ConstantTranslation : public BusTranslation, private Translation {
public:
    ConstantTranslation(const HostMemory& memory, std::uint64_t offset) : memory_(memory), offset_(offset) {}

    bool decodes(BusAddress address) const override;
    std::optional<PhysicalRange> translate(RequesterId requester, BusRange range, bool write) const override;
    Translation& for_device(RequesterId) override { return *this; }

private:
    std::optional<std::uint64_t> constant_offset() const override { return offset_; }
    std::optional<BusAddress> map(PhysicalRange pages, DmaDirection direction,
                                  const DmaConstraints& constraints) override;
    void unmap(BusRange) override {}

    const HostMemory& memory_;
    const std::uint64_t offset_;
};

}  // namespace ghostcard::bus
