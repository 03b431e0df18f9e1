// SPDX-License-Identifier: MIT
#include <ghostcard/remote/client_ports.h>

#include <iterator>

namespace ghostcard::remote {

ClientTranslation::ClientTranslation(Client& client, const HostMemory& memory, Sharing sharing)
    : client_(client), memory_(memory), sharing_(sharing) {
    client.on_dma([this](BusRange range, bool write) { return find(range, write); });
}

std::optional<BusAddress> ClientTranslation::map(PhysicalRange pages, DmaDirection direction,
                                                 const DmaConstraints& constraints) {
    const auto range = BusRange::of({pages.base().value}, pages.size());
    const auto offset = memory_.file_offset(pages);
    if (!range || !offset || !constraints.allow(*range)) return std::nullopt;
    const auto after = mappings_.upper_bound(range->last());
    if (after != mappings_.begin() && std::prev(after)->second.range.overlaps(*range)) return std::nullopt;
    client_.map(*range, direction != DmaDirection::to_memory, direction != DmaDirection::from_memory,
                sharing_ == Sharing::file ? memory_.file() : -1, sharing_ == Sharing::file ? *offset : 0);
    mappings_.emplace(range->base(), Mapping{*range, direction});
    return range->base();
}

void ClientTranslation::unmap(BusRange range) {
    const bool was_mapped = mappings_.erase(range.base()) != 0;
    if (was_mapped && client_.is_connected()) client_.unmap(range);
}

/// For a server that was given no file.
std::span<std::byte> ClientTranslation::find(BusRange range, bool write) const {
    const auto after = mappings_.upper_bound(range.base());
    if (after == mappings_.begin()) return {};
    const Mapping& mapping = std::prev(after)->second;
    const bool allowed = mapping.direction != (write ? DmaDirection::from_memory : DmaDirection::to_memory);
    if (!allowed || !mapping.range.contains(range)) return {};
    return memory_.at(*PhysicalRange::of({range.base().value}, range.size())).value_or(std::span<std::byte>());
}

}  // namespace ghostcard::remote
