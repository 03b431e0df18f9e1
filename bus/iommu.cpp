// SPDX-License-Identifier: MIT
#include <ghostcard/bus/iommu.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ghostcard::bus {

std::optional<PhysicalRange> IommuDomain::translate(BusRange range, bool write) const {
    const auto after = mappings_.upper_bound(range.base());
    if (after == mappings_.begin()) return std::nullopt;
    const auto& [base, mapping] = *std::prev(after);
    const std::uint64_t offset = range.base() - base;
    if (offset >= mapping.size()) return std::nullopt;
    if (mapping.direction == (write ? DmaDirection::from_memory : DmaDirection::to_memory)) return std::nullopt;
    const Run& run = *std::prev(std::ranges::upper_bound(mapping.runs, offset, {}, &Run::offset));
    const std::uint64_t inside = offset - run.offset;
    return PhysicalRange::of(run.pages.base() + inside, std::min(range.size(), run.pages.size() - inside));
}

bool IommuDomain::is_free(BusRange range) const {
    const auto after = mappings_.upper_bound(range.last());
    if (after == mappings_.begin()) return true;
    const auto& [base, mapping] = *std::prev(after);
    return base + mapping.size() <= range.base();
}

std::optional<BusAddress> IommuDomain::map(PhysicalRange pages, DmaDirection direction,
                                           const DmaConstraints& constraints) {
    return add({{{0, pages}}, direction}, constraints);
}

std::optional<BusAddress> IommuDomain::map_pages(std::span<const PhysicalAddress> pages, DmaDirection direction,
                                                 const DmaConstraints& constraints) {
    Mapping mapping{{}, direction};
    for (std::size_t i = 0; i < pages.size(); ++i) {
        if (i > 0 && pages[i] == pages[i - 1] + page_size) {
            PhysicalRange& run = mapping.runs.back().pages;
            run = *PhysicalRange::of(run.base(), run.size() + page_size);
        } else {
            mapping.runs.push_back({i * page_size, *PhysicalRange::of(pages[i], page_size)});
        }
    }
    return pages.empty() ? std::nullopt : add(std::move(mapping), constraints);
}

std::optional<BusAddress> IommuDomain::add(Mapping mapping, const DmaConstraints& constraints) {
    const auto found = place(mapping.size(), constraints);
    if (found) mappings_.emplace(*found, std::move(mapping));
    return found;
}

/// Where so many bytes may go.
std::optional<BusAddress> IommuDomain::place(std::uint64_t size, const DmaConstraints& constraints) const {
    const std::uint64_t alignment = std::max(constraints.alignment, page_size);
    const std::uint64_t with_guard = size + page_size;
    // First fit: the candidates are the window's begin, the end of each mapping, and the next boundary after either.
    const auto fits = [&](BusAddress candidate) {
        const auto range = BusRange::of(candidate, with_guard);
        return range && range->last() < window_end && is_free(*range) &&
               constraints.allow(*BusRange::of(candidate, size));
    };
    const auto first_after = [&](BusAddress from) -> std::optional<BusAddress> {
        const BusAddress aligned{round_up(from.value, alignment)};
        if (fits(aligned)) return aligned;
        if (constraints.boundary == 0) return std::nullopt;
        const BusAddress behind_boundary{round_up(round_up(from.value + 1, constraints.boundary), alignment)};
        return fits(behind_boundary) ? std::optional(behind_boundary) : std::nullopt;
    };

    std::optional<BusAddress> found = first_after(window_begin);
    for (auto it = mappings_.begin(); !found && it != mappings_.end(); ++it)
        found = first_after(it->first + it->second.size() + page_size);
    return found;
}

void IommuDomain::unmap(BusRange range) {
    const auto it = mappings_.find(range.base());
    if (it != mappings_.end() && it->second.size() == range.size()) mappings_.erase(it);
}

std::optional<PhysicalRange> Iommu::translate(RequesterId requester, BusRange range, bool write) const {
    const auto domain = domains_.find(requester);
    return domain == domains_.end() ? std::nullopt : domain->second.translate(range, write);
}

}  // namespace ghostcard::bus
