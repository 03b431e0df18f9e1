// SPDX-License-Identifier: MIT
#include <ghostcard/remote/client_memory.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <limits>
#include <system_error>

#include "dma_queue.h"
#include "map_backing.h"

namespace ghostcard::remote {
namespace {

using vfio_user::DmaMap;

/// DMA_MAP flags of libvfio-user that say which ways to the memory there are; we see to that ourselves.
constexpr std::uint32_t hints = 4 | 8;

bool opened_for(int mode, std::uint32_t flags) {
    return ((flags & DmaMap::readable) == 0 || mode != O_WRONLY) &&
           ((flags & DmaMap::writeable) == 0 || mode != O_RDONLY);
}

/// Whether every byte of the range can be touched for as long as the file is mapped: it holds them, and cannot shrink.
bool stays(int file, const struct stat& status, const DmaMap& request) {
    const int seals = fcntl(file, F_GET_SEALS);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && request.offset <= size &&
           request.size <= size - request.offset;
}

}  // namespace

ClientMemory::ClientMemory(DmaQueue& queue) : queue_(queue), files_(std::make_unique<FileMappings>()) {}

ClientMemory::~ClientMemory() = default;

const ClientMemory::Map* ClientMemory::find(BusAddress address) const {
    const auto after = maps_.upper_bound(address);
    if (after == maps_.begin()) return nullptr;
    const Map& map = std::prev(after)->second;
    return map.range.contains(address) ? &map : nullptr;
}

std::span<std::byte> ClientMemory::reach(BusRange range, bool write) {
    const Map* const map = find(range.base());
    if (map == nullptr || !(write ? map->writeable : map->readable)) return {};
    const std::uint64_t size = std::min(range.last(), map->range.last()) - range.base() + 1;
    const std::span<std::byte> bytes = map->backing->reach(range.base() - map->range.base(), size, write);
    const std::span<std::byte> shadow = map->backing->shadow();
    if (!bytes.empty() && !shadow.empty()) shadows_.emplace(shadow.data(), map);
    return bytes;
}

void ClientMemory::written(std::span<const std::byte> bytes) {
    const auto after = shadows_.upper_bound(bytes.data());
    if (after == shadows_.begin() || bytes.empty()) return;
    const Map& map = *std::prev(after)->second;
    const std::span<std::byte> shadow = map.backing->shadow();
    const auto offset = static_cast<std::uint64_t>(bytes.data() - shadow.data());
    if (offset >= shadow.size()) return;  // a shared map that lies behind the shadow in our memory
    const auto range = BusRange::of(map.range.base() + offset, bytes.size());
    if (map.backing->needs_messages()) return queue_.write(*range, map.range);
    lost_bytes_ += bytes.size() - map.backing->write_out(offset, bytes.size());
}

bool ClientMemory::covers(BusRange range, bool write) const {
    for (BusAddress address = range.base();;) {
        const Map* const map = find(address);
        if (map == nullptr || !(write ? map->writeable : map->readable)) return false;
        if (map->range.last() >= range.last()) return true;
        address = map->range.last() + 1;
    }
}

bool ClientMemory::read(BusRange range, ReadDone done) {
    if (!covers(range, false)) return false;
    queue_.read(range, std::move(done));
    return true;
}

int ClientMemory::map(const DmaMap& request, FileDescriptor file) {
    const auto range = BusRange::of({request.address}, request.size);
    const std::uint32_t permissions = request.flags & (DmaMap::readable | DmaMap::writeable);
    if (!range || permissions == 0 || (request.flags & ~(permissions | hints)) != 0) return EINVAL;
    const auto next = maps_.lower_bound(range->base());
    if (next != maps_.end() && next->second.range.overlaps(*range)) return EEXIST;
    if (find(range->base()) != nullptr) return EEXIST;
    if (maps_.size() >= max_maps || request.size > max_bytes - mapped_bytes_) return ENOSPC;
    const bool has_file{file};
    std::unique_ptr<MapBacking> backing;
    if (const int error = make_backing(request, std::move(file), backing)) return error;
    maps_.emplace(range->base(), Map{*range, (permissions & DmaMap::readable) != 0,
                                     (permissions & DmaMap::writeable) != 0, std::move(backing)});
    mapped_bytes_ += request.size;
    message_maps_ += (permissions & DmaMap::writeable) != 0 && !has_file ? 1 : 0;
    return 0;
}

int ClientMemory::make_backing(const DmaMap& request, FileDescriptor file, std::unique_ptr<MapBacking>& backing) {
    if (!file) {
        backing = std::make_unique<MessageBacking>(request.size);
        return 0;
    }
    struct stat status {};
    const int flags = fcntl(file.get(), F_GETFL);
    constexpr auto highest_offset = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
    if (flags < 0 || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return EINVAL;
    if (request.offset > highest_offset || request.size > highest_offset - request.offset) return EINVAL;
    const int mode = flags & O_ACCMODE;
    if ((flags & O_PATH) != 0 || !opened_for(mode, request.flags)) return EACCES;
    if (mode == O_WRONLY || !stays(file.get(), status, request)) {
        backing = std::make_unique<FileBacking>(std::move(file), request.offset, request.size);
        return 0;
    }
    try {
        const bool writeable = (request.flags & DmaMap::writeable) != 0;
        backing = std::make_unique<SharedBacking>(
            files_->of(file.get(), status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), writeable),
            request.offset);
    } catch (const std::system_error& refusal) {
        return refusal.code().value();
    }
    return 0;
}

bool ClientMemory::is_mapped(BusRange range) const {
    const auto found = maps_.find(range.base());
    return found != maps_.end() && found->second.range == range;
}

int ClientMemory::unmap(BusRange range) {
    if (!is_mapped(range)) return ENOENT;
    const auto gone = maps_.find(range.base());
    shadows_.erase(gone->second.backing->shadow().data());
    message_maps_ -= gone->second.writeable && gone->second.backing->needs_messages() ? 1 : 0;
    maps_.erase(gone);
    mapped_bytes_ -= range.size();
    return 0;
}

std::vector<BusRange> ClientMemory::maps() const {
    std::vector<BusRange> ranges;
    for (const auto& [base, map] : maps_) ranges.push_back(map.range);
    return ranges;
}

void ClientMemory::unmap_all() {
    shadows_.clear();
    maps_.clear();
    mapped_bytes_ = 0;
    message_maps_ = 0;
}

std::span<const std::byte> ClientMemory::outgoing(BusRange range) const {
    const Map* const map = find(range.base());
    return map->backing->shadow().subspan(range.base() - map->range.base(), range.size());
}

void ClientMemory::forget_shadows() {
    for (const auto& [bytes, map] : shadows_) map->backing->forget();
}

}  // namespace ghostcard::remote
