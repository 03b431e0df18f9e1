// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/bus/pcie/pcie_settings.h>

#include <cstdint>
#include <list>
#include <vector>

namespace ghostcard::bus::pcie {

/// What the IOMMU's memory of translations costs in time: the pages that were used last are hits, any other takes a
/// walk. Only so many walks go on at a time.
class Iotlb {
public:
    explicit Iotlb(const IotlbSettings& settings)
        : settings_(settings), walks_free_at_(settings.walks, LinkTime::zero()) {}

    bool enabled() const { return settings_.entries != 0; }
    /// When an access to that address, which came at that instant, is translated. In the order of arrival.
    LinkTime translate(BusAddress address, LinkTime at);
    /// The mapping of these addresses has changed.
    void forget(BusRange range);

private:
    struct Translation {
        std::uint64_t page = 0;
        LinkTime walked_at{};
    };

    const IotlbSettings settings_;
    std::list<Translation> known_;  ///< The one used last first.
    std::vector<LinkTime> walks_free_at_;
};

}  // namespace ghostcard::bus::pcie
