// SPDX-License-Identifier: MIT
#include "device_commands.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/remote/vfio_user/irqs.h>
#include <ghostcard/remote/vfio_user/messages.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "interrupt_signals.h"

namespace ghostcard::remote {
namespace {

using namespace vfio_user;

constexpr std::uint64_t config_size = 256;  // bytes

/// A request that begins with argsz, which has to leave room for a reply of the same fields.
template <FixedBody Body>
std::optional<Body> decode_request(std::span<const std::byte> payload) {
    const auto body = decode<Body>(payload);
    return body && body->argsz >= wire_size<Body>() ? body : std::nullopt;
}

std::uint64_t region_size(const Device& device, std::uint32_t region) {
    if (region < bar_regions) return device.bar_size(region);
    return region == config_region ? config_size : 0;
}

bool lies_inside(const Device& device, const RegionAccess& access) {
    const std::uint64_t size = region_size(device, access.region);
    return access.count > 0 && access.offset < size && access.count <= size - access.offset;
}

void write(Device& device, std::uint32_t region, std::uint64_t offset, std::span<const std::byte> data) {
    if (region == config_region) return device.write_config(offset, data);
    device.write_bar(region, offset, data);
}

}  // namespace

Outcome get_info(std::span<const std::byte> payload) {
    if (!decode_request<DeviceInfo>(payload)) return Outcome::failed(EINVAL);
    return Outcome::with(
        DeviceInfo{wire_size<DeviceInfo>(), DeviceInfo::has_reset | DeviceInfo::is_pci, pci_regions, pci_irqs});
}

Outcome get_region_info(const Device& device, std::span<const std::byte> payload) {
    const auto request = decode_request<RegionInfo>(payload);
    if (!request || request->index >= pci_regions) return Outcome::failed(EINVAL);
    const std::uint64_t size = region_size(device, request->index);
    const std::uint32_t flags = size == 0 ? 0 : RegionInfo::readable | RegionInfo::writeable;
    return Outcome::with(RegionInfo{wire_size<RegionInfo>(), flags, request->index, 0, size, 0});
}

Outcome get_region_io_fds(std::span<const std::byte> payload) {
    const auto request = decode_request<RegionIoFds>(payload);
    if (!request || request->flags != 0 || request->count != 0 || request->index >= pci_regions)
        return Outcome::failed(EINVAL);
    return Outcome::with(RegionIoFds{wire_size<RegionIoFds>(), 0, request->index, 0});
}

Outcome get_irq_info(std::span<const std::byte> payload) {
    const auto request = decode_request<IrqInfo>(payload);
    if (!request || request->index >= pci_irqs) return Outcome::failed(EINVAL);
    return Outcome::with(IrqInfo{wire_size<IrqInfo>(), InterruptSignals::flags(request->index), request->index,
                                 InterruptSignals::counts[request->index]});
}

Outcome read_region(Device& device, std::span<const std::byte> payload, std::uint32_t max_data_xfer_size) {
    const auto access = decode<RegionAccess>(payload);
    if (!access || access->count > max_data_xfer_size || !lies_inside(device, *access)) return Outcome::failed(EINVAL);
    Outcome outcome = Outcome::with(*access);
    outcome.payload.resize(wire_size<RegionAccess>() + access->count);
    const auto data = std::span(outcome.payload).last(access->count);
    if (access->region == config_region)
        device.read_config(access->offset, data);
    else
        device.read_bar(access->region, access->offset, data);
    return outcome;
}

Outcome write_region(Device& device, std::span<const std::byte> payload, std::uint32_t max_data_xfer_size) {
    const auto request = decode_with_data<RegionAccess>(payload);
    if (!request || request->access.count > max_data_xfer_size || !lies_inside(device, request->access))
        return Outcome::failed(EINVAL);
    write(device, request->access.region, request->access.offset, request->data);
    return Outcome::with(request->access);
}

Outcome write_region_multi(Device& device, std::span<const std::byte> payload) {
    const auto writes = decode_writes(payload);
    const auto is_possible = [&device](const SingleWrite& single) {
        return single.count <= sizeof single.data && lies_inside(device, {single.offset, single.region, single.count});
    };
    if (!writes || !std::ranges::all_of(*writes, is_possible)) return Outcome::failed(EINVAL);
    for (const SingleWrite& single : *writes) {
        std::array<std::byte, sizeof single.data> data{};
        store_little_endian(single.data, data);
        write(device, single.region, single.offset, std::span(data).first(single.count));
    }
    return Outcome::with(WriteCount{writes->size()});
}

}  // namespace ghostcard::remote
