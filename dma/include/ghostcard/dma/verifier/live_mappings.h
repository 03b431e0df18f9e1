// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/dma/verifier/finding.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ghostcard::dma {

/// How memory was made reachable for a device.
enum class MappingKind { common_buffer, transfer, list };
std::string_view name_of(MappingKind kind);

/// Memory that a device may touch now.
struct LiveMapping {
    BusRange range;
    MappingKind kind;
    DmaDirection direction;
    /// The memory behind it, in the order of the bus addresses, `range.size()` bytes in all. A bounced transfer lies in
    /// map registers.
    std::vector<PhysicalRange> memory;
    std::optional<VirtualAddress> virtual_address;  ///< Of the driver's bytes.
    bool bounced = false;
    std::uint64_t accessed = 0;  ///< Bytes that the device has moved, as far as anybody has reported it.
    CallSite site{};             ///< Where it was mapped; the verifier fills it in.
};

/// Which memory a device may touch, and which it was allowed to touch not long ago.
class LiveMappings {
public:
    void add(LiveMapping mapping) { live_.insert_or_assign(mapping.range.base(), std::move(mapping)); }
    void remove(BusRange range);

    /// The device has moved these bytes.
    void note_access(BusRange range);

    /// The mapping that holds the byte.
    const LiveMapping* at(BusAddress address) const;
    /// The mapping whose driver's memory is that byte of RAM; not a bounced one.
    const LiveMapping* at(PhysicalAddress address) const;
    /// A live mapping of memory in the same cache line (64 bytes) as any part of this one.
    const LiveMapping* overlapping(const LiveMapping& mapping) const;
    /// The last mapping of that byte that was removed, among the latest few thousand.
    const LiveMapping* removed(BusAddress address) const;
    /// Where in RAM the mapping has the byte.
    static PhysicalAddress physical(const LiveMapping& mapping, BusAddress address);
    /// The reverse, for a byte of the mapping's memory.
    static BusAddress bus(const LiveMapping& mapping, PhysicalAddress address);

    const std::map<BusAddress, LiveMapping>& live() const { return live_; }

private:
    std::map<BusAddress, LiveMapping> live_;
    std::deque<LiveMapping> removed_;  ///< Oldest first.
};

}  // namespace ghostcard::dma
