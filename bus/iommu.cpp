// SPDX-License-Identifier: MIT
#include <ghostcard/bus/iommu.h>

#include <algorithm>

namespace ghostcard::bus {

std::optional<PhysicalRange> IommuDomain::translate(BusRange range, bool write) const {
    const auto after = mappings_.upper_bound(range.base());
    if (after == mappings_.begin()) return std::nullopt;
    const auto& [base, mapping] = *std::prev(after);
    const std::uint64_t offset = range.base() - base;
    if (offset >= mapping.pages.size()) return std::nullopt;
    if (mapping.direction == (write ? DmaDirection::from_memory : DmaDirection::to_memory)) return std::nullopt;
    return PhysicalRange::of(mapping.pages.base() + offset, std::min(range.size(), mapping.pages.size() - offset));
}

bool IommuDomain::is_free(BusRange range) const {
    const auto after = mappings_.upper_bound(range.last());
    if (after == mappings_.begin()) return true;
    const auto& [base, mapping] = *std::prev(after);
    return base + mapping.pages.size() <= range.base();
}

std::optional<BusAddress> IommuDomain::map(PhysicalRange pages, DmaDirection direction,
                                           const DmaConstraints& constraints) {
    const std::uint64_t alignment = std::max(constraints.alignment, page_size);
    const std::uint64_t with_guard = pages.size() + page_size;
    // First fit: the candidates are the window's begin, the end of each mapping, and the next boundary after either.
    const auto fits = [&](BusAddress candidate) {
        const auto range = BusRange::of(candidate, with_guard);
        return range && range->last() < window_end && is_free(*range) &&
               constraints.allow(*BusRange::of(candidate, pages.size()));
    };
    const auto place = [&](BusAddress from) -> std::optional<BusAddress> {
        const BusAddress aligned{round_up(from.value, alignment)};
        if (fits(aligned)) return aligned;
        if (constraints.boundary == 0) return std::nullopt;
        const BusAddress behind_boundary{round_up(round_up(from.value + 1, constraints.boundary), alignment)};
        return fits(behind_boundary) ? std::optional(behind_boundary) : std::nullopt;
    };

    std::optional<BusAddress> found = place(window_begin);
    for (auto it = mappings_.begin(); !found && it != mappings_.end(); ++it)
        found = place(it->first + it->second.pages.size() + page_size);
    if (found) mappings_.emplace(*found, Mapping{pages, direction});
    return found;
}

void IommuDomain::unmap(BusRange range) {
    const auto it = mappings_.find(range.base());
    if (it != mappings_.end() && it->second.pages.size() == range.size()) mappings_.erase(it);
}

std::optional<PhysicalRange> Iommu::translate(RequesterId requester, BusRange range, bool write) const {
    const auto domain = domains_.find(requester);
    return domain == domains_.end() ? std::nullopt : domain->second.translate(range, write);
}

}  // namespace ghostcard::bus
