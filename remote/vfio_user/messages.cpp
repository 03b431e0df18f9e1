// SPDX-License-Identifier: MIT
#include <ghostcard/remote/vfio_user/messages.h>

namespace ghostcard::remote::vfio_user {
namespace {

constexpr std::uint16_t sparse_mmap = 1;  // VFIO_REGION_INFO_CAP_SPARSE_MMAP

struct CapabilityHeader {
    std::uint16_t id = 0;
    std::uint16_t version = 0;
    std::uint32_t next = 0;

    static constexpr auto fields() {
        return std::tuple{&CapabilityHeader::id, &CapabilityHeader::version, &CapabilityHeader::next};
    }
};

struct AreaCount {
    std::uint32_t areas = 0;
    std::uint32_t reserved = 0;

    static constexpr auto fields() { return std::tuple{&AreaCount::areas, &AreaCount::reserved}; }
};

/// Nothing unless there are so many.
template <class Body>
std::optional<std::vector<Body>> decode_row(std::span<const std::byte> bytes, std::uint64_t count) {
    if (bytes.size() / wire_size<Body>() < count) return std::nullopt;
    std::vector<Body> row;
    for (std::uint64_t i = 0; i < count; ++i) row.push_back(*decode<Body>(bytes.subspan(i * wire_size<Body>())));
    return row;
}

}  // namespace

std::optional<std::vector<SparseArea>> sparse_areas(std::span<const std::byte> payload) {
    const auto info = decode<RegionInfo>(payload);
    if (!info) return std::nullopt;
    std::vector<SparseArea> areas;
    if ((info->flags & RegionInfo::has_capabilities) == 0) return areas;
    std::size_t last = 0;
    for (std::size_t offset = info->capability_offset; offset != 0;) {
        if (offset <= last || offset > payload.size()) return std::nullopt;
        const auto header = decode<CapabilityHeader>(payload.subspan(offset));
        if (!header) return std::nullopt;
        if (header->id == sparse_mmap) {
            const auto content = payload.subspan(offset + wire_size<CapabilityHeader>());
            const auto count = decode<AreaCount>(content);
            const auto row =
                count ? decode_row<SparseArea>(content.subspan(wire_size<AreaCount>()), count->areas) : std::nullopt;
            if (!row) return std::nullopt;
            areas.insert(areas.end(), row->begin(), row->end());
        }
        last = offset;
        offset = header->next;
    }
    return areas;
}

std::optional<std::vector<SingleWrite>> decode_writes(std::span<const std::byte> payload) {
    const auto head = decode<WriteCount>(payload);
    if (!head) return std::nullopt;
    const auto writes = payload.subspan(wire_size<WriteCount>());
    if (writes.size() % wire_size<SingleWrite>() != 0 || writes.size() / wire_size<SingleWrite>() != head->count)
        return std::nullopt;
    return decode_row<SingleWrite>(writes, head->count);
}

}  // namespace ghostcard::remote::vfio_user
