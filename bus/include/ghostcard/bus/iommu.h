// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/bus_translation.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::bus {

/// The page table of one device, and the allocator of its bus addresses: pages map anywhere, each with its own rights.
/// Bus addresses come from a window that lies above the RAM of a small machine and below the PCI hole, so that a
/// physical address used by mistake meets no mapping.
class IommuDomain : public Translation {
public:
    static constexpr BusAddress window_begin{1ull << 30};
    static constexpr BusAddress window_end{3ull << 30};

    /// As BusTranslation::translate().
    std::optional<PhysicalRange> translate(BusRange range, bool write) const;

    std::optional<std::uint64_t> constant_offset() const override { return std::nullopt; }
    /// A guard page that is never mapped follows each range.
    std::optional<BusAddress> map(PhysicalRange pages, DmaDirection direction,
                                  const DmaConstraints& constraints) override;
    std::optional<BusAddress> map_pages(std::span<const PhysicalAddress> pages, DmaDirection direction,
                                        const DmaConstraints& constraints) override;
    void unmap(BusRange range) override;

private:
    /// Neighbouring pages, so many bytes into their mapping.
    struct Run {
        std::uint64_t offset;
        PhysicalRange pages;
    };
    struct Mapping {
        std::vector<Run> runs;  ///< At least one, without gaps.
        DmaDirection direction;

        std::uint64_t size() const { return runs.back().offset + runs.back().pages.size(); }
    };

    bool is_free(BusRange range) const;
    std::optional<BusAddress> place(std::uint64_t size, const DmaConstraints& constraints) const;
    std::optional<BusAddress> add(Mapping mapping, const DmaConstraints& constraints);

    std::map<BusAddress, Mapping> mappings_;  ///< By the bus address of the first page; disjoint.
};

/// A table per device; a device that nobody has set up reaches nothing.
class Iommu : public BusTranslation {
public:
    /// Everything that does not belong to a device goes upstream, and faults there if it is not mapped.
    bool decodes(BusAddress) const override { return true; }
    std::optional<PhysicalRange> translate(RequesterId requester, BusRange range, bool write) const override;
    Translation& for_device(RequesterId requester) override { return domains_[requester]; }

private:
    std::map<RequesterId, IommuDomain> domains_;
};

}  // namespace ghostcard::bus
