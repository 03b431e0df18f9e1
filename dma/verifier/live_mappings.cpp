// SPDX-License-Identifier: MIT
#include <ghostcard/dma/verifier/live_mappings.h>

#include <algorithm>

namespace ghostcard::dma {
namespace {

constexpr std::uint64_t cache_line = 64;  // of every x86-64 processor
constexpr std::size_t removed_remembered = 4096;

PhysicalRange in_cache_lines(PhysicalRange range) {
    const std::uint64_t first = round_down(range.base().value, cache_line);
    const std::uint64_t last = round_down(range.last().value, cache_line) + (cache_line - 1);
    return *PhysicalRange::of({first}, last - first + 1);
}

bool share_cache_line(const LiveMapping& one, const LiveMapping& other) {
    return std::ranges::any_of(one.memory, [&](PhysicalRange range) {
        return std::ranges::any_of(
            other.memory, [lines = in_cache_lines(range)](PhysicalRange each) { return lines.overlaps(each); });
    });
}

}  // namespace

std::string_view name_of(MappingKind kind) {
    switch (kind) {
        case MappingKind::common_buffer: return "common buffer";
        case MappingKind::transfer: return "MapTransfer";
        case MappingKind::list: return "scatter/gather list";
    }
    return "unknown";
}

void LiveMappings::remove(BusRange range) {
    const auto found = live_.find(range.base());
    if (found == live_.end() || found->second.range != range) return;
    removed_.push_back(std::move(found->second));
    if (removed_.size() > removed_remembered) removed_.pop_front();
    live_.erase(found);
}

void LiveMappings::note_access(BusRange range) {
    const auto after = live_.upper_bound(range.base());
    if (after == live_.begin()) return;
    LiveMapping& mapping = std::prev(after)->second;
    if (mapping.range.contains(range)) mapping.accessed += range.size();
}

const LiveMapping* LiveMappings::at(BusAddress address) const {
    const auto after = live_.upper_bound(address);
    if (after == live_.begin()) return nullptr;
    const LiveMapping& before = std::prev(after)->second;
    return before.range.contains(address) ? &before : nullptr;
}

const LiveMapping* LiveMappings::at(PhysicalAddress address) const {
    for (const auto& [base, mapping] : live_)
        if (!mapping.bounced &&
            std::ranges::any_of(mapping.memory, [address](PhysicalRange range) { return range.contains(address); }))
            return &mapping;
    return nullptr;
}

const LiveMapping* LiveMappings::overlapping(const LiveMapping& mapping) const {
    for (const auto& [base, other] : live_)
        if (share_cache_line(mapping, other)) return &other;
    return nullptr;
}

const LiveMapping* LiveMappings::removed(BusAddress address) const {
    const auto found = std::find_if(removed_.rbegin(), removed_.rend(),
                                    [address](const LiveMapping& each) { return each.range.contains(address); });
    return found == removed_.rend() ? nullptr : &*found;
}

PhysicalAddress LiveMappings::physical(const LiveMapping& mapping, BusAddress address) {
    std::uint64_t offset = address - mapping.range.base();
    for (const PhysicalRange range : mapping.memory) {
        if (offset < range.size()) return range.base() + offset;
        offset -= range.size();
    }
    return mapping.memory.back().last();
}

BusAddress LiveMappings::bus(const LiveMapping& mapping, PhysicalAddress address) {
    std::uint64_t offset = 0;
    for (const PhysicalRange range : mapping.memory) {
        if (range.contains(address)) return mapping.range.base() + offset + (address - range.base());
        offset += range.size();
    }
    return mapping.range.last();
}

}  // namespace ghostcard::dma
