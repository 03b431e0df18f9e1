// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/iotlb.h>

#include <algorithm>

namespace ghostcard::bus::pcie {

LinkTime Iotlb::translate(BusAddress address, LinkTime at) {
    if (!enabled()) return at;
    const std::uint64_t page = address.value / settings_.page.count;
    const auto known = std::find_if(known_.begin(), known_.end(), [page](auto& entry) { return entry.page == page; });
    if (known != known_.end()) {
        known_.splice(known_.begin(), known_, known);
        return std::max(at, known->walked_at);
    }
    LinkTime& walk = *std::min_element(walks_free_at_.begin(), walks_free_at_.end());
    walk = std::max(walk, at) + to_link_time(settings_.miss);
    known_.push_front({page, walk});
    if (known_.size() > settings_.entries) known_.pop_back();
    return walk;
}

void Iotlb::forget(BusRange range) {
    const std::uint64_t first = range.base().value / settings_.page.count;
    const std::uint64_t last = range.last().value / settings_.page.count;
    known_.remove_if([=](const Translation& known) { return known.page >= first && known.page <= last; });
}

}  // namespace ghostcard::bus::pcie
