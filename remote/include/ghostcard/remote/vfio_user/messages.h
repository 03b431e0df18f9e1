// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/wire.h>

#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

/// The payloads, by chapter of the specification. Where request and reply have the same fields there is one struct.
/// What decode() gives is whole; whether its values make sense is for who gets it to say.
namespace ghostcard::remote::vfio_user {

/// DMA_MAP, request; one file descriptor comes with it at the most. The reply is empty.
struct DmaMap {
    static constexpr std::uint32_t readable = 1, writeable = 2;  ///< Flags.

    std::uint32_t argsz = 32;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;   ///< In the file.
    std::uint64_t address = 0;  ///< On the bus.
    std::uint64_t size = 0;     ///< Bytes.

    static constexpr auto fields() {
        return std::tuple{&DmaMap::argsz, &DmaMap::flags, &DmaMap::offset, &DmaMap::address, &DmaMap::size};
    }
    friend bool operator==(const DmaMap&, const DmaMap&) = default;
};

/// DMA_UNMAP, request and reply.
struct DmaUnmap {
    static constexpr std::uint32_t all = 2;  ///< Flag: everything, and address and size are 0 (linux/vfio.h).

    std::uint32_t argsz = 24;
    std::uint32_t flags = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;

    static constexpr auto fields() {
        return std::tuple{&DmaUnmap::argsz, &DmaUnmap::flags, &DmaUnmap::address, &DmaUnmap::size};
    }
    friend bool operator==(const DmaUnmap&, const DmaUnmap&) = default;
};

/// DEVICE_GET_INFO, request and reply.
struct DeviceInfo {
    static constexpr std::uint32_t has_reset = 1, is_pci = 2;  ///< Flags.

    std::uint32_t argsz = 16;
    std::uint32_t flags = 0;
    std::uint32_t regions = 0;
    std::uint32_t irqs = 0;

    static constexpr auto fields() {
        return std::tuple{&DeviceInfo::argsz, &DeviceInfo::flags, &DeviceInfo::regions, &DeviceInfo::irqs};
    }
    friend bool operator==(const DeviceInfo&, const DeviceInfo&) = default;
};

/// Regions of a PCI function (linux/vfio.h); those below `rom_region` are its BARs.
inline constexpr std::uint32_t bar_regions = 6, rom_region = 6, config_region = 7, vga_region = 8, pci_regions = 9;

/// DEVICE_GET_REGION_INFO, request and reply. A reply may go on with capabilities.
struct RegionInfo {
    static constexpr std::uint32_t readable = 1, writeable = 2, mappable = 4, has_capabilities = 8;  ///< Flags.

    std::uint32_t argsz = 32;
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t capability_offset = 0;  ///< From the start of this struct; 0: none.
    std::uint64_t size = 0;               ///< Bytes; 0: there is no such region.
    std::uint64_t offset = 0;             ///< In the file, for mmap().

    static constexpr auto fields() {
        return std::tuple{&RegionInfo::argsz, &RegionInfo::flags, &RegionInfo::index, &RegionInfo::capability_offset,
                          &RegionInfo::size,  &RegionInfo::offset};
    }
    friend bool operator==(const RegionInfo&, const RegionInfo&) = default;
};

/// A part of a region that can be mapped, where not all of it can.
struct SparseArea {
    std::uint64_t offset = 0;  ///< In the region.
    std::uint64_t size = 0;

    static constexpr auto fields() { return std::tuple{&SparseArea::offset, &SparseArea::size}; }
    friend bool operator==(const SparseArea&, const SparseArea&) = default;
};

/// What the capabilities of a whole DEVICE_GET_REGION_INFO reply say of areas; other capabilities are passed over.
/// Nothing if the list leaves the payload or does not go forwards.
std::optional<std::vector<SparseArea>> sparse_areas(std::span<const std::byte> payload);

/// DEVICE_GET_REGION_IO_FDS, request and the beginning of the reply, which goes on with `count` sub-regions.
struct RegionIoFds {
    std::uint32_t argsz = 16;
    std::uint32_t flags = 0;
    std::uint32_t index = 0;
    std::uint32_t count = 0;

    static constexpr auto fields() {
        return std::tuple{&RegionIoFds::argsz, &RegionIoFds::flags, &RegionIoFds::index, &RegionIoFds::count};
    }
    friend bool operator==(const RegionIoFds&, const RegionIoFds&) = default;
};

/// REGION_READ and REGION_WRITE: both requests, both replies. Data follow a write's request and a read's reply.
struct RegionAccess {
    std::uint64_t offset = 0;  ///< In the region.
    std::uint32_t region = 0;
    std::uint32_t count = 0;  ///< Bytes.

    static constexpr auto fields() {
        return std::tuple{&RegionAccess::offset, &RegionAccess::region, &RegionAccess::count};
    }
    friend bool operator==(const RegionAccess&, const RegionAccess&) = default;
};

/// DMA_READ and DMA_WRITE: both requests, both replies. Data follow a write's request and a read's reply. Some clients
/// answer a write with a count of 4 bytes, as the specification's table has it, and some with one of 8.
struct DmaAccess {
    std::uint64_t address = 0;
    std::uint64_t count = 0;  ///< Bytes.

    static constexpr auto fields() { return std::tuple{&DmaAccess::address, &DmaAccess::count}; }
    friend bool operator==(const DmaAccess&, const DmaAccess&) = default;
};

/// A RegionAccess or a DmaAccess with its data, which stay in the payload.
template <class Access>
struct WithData {
    Access access;
    std::span<const std::byte> data;
};

/// Nothing unless there are as many data as the access says.
template <class Access>
std::optional<WithData<Access>> decode_with_data(std::span<const std::byte> payload) {
    const auto access = decode<Access>(payload);
    if (!access || payload.size() - wire_size<Access>() != access->count) return std::nullopt;
    return WithData<Access>{*access, payload.subspan(wire_size<Access>())};
}

/// One write of REGION_WRITE_MULTI.
struct SingleWrite {
    std::uint64_t offset = 0;
    std::uint32_t region = 0;
    std::uint32_t count = 0;  ///< Bytes, at most 8.
    std::uint64_t data = 0;   ///< The first byte is the least significant one.

    static constexpr auto fields() {
        return std::tuple{&SingleWrite::offset, &SingleWrite::region, &SingleWrite::count, &SingleWrite::data};
    }
    friend bool operator==(const SingleWrite&, const SingleWrite&) = default;
};

/// REGION_WRITE_MULTI, the whole reply and the beginning of the request.
struct WriteCount {
    std::uint64_t count = 0;

    static constexpr auto fields() { return std::tuple{&WriteCount::count}; }
    friend bool operator==(const WriteCount&, const WriteCount&) = default;
};

/// Nothing unless the request holds as many writes as it says.
std::optional<std::vector<SingleWrite>> decode_writes(std::span<const std::byte> payload);

}  // namespace ghostcard::remote::vfio_user
