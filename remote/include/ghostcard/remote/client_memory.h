// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/remote/file_descriptor.h>
#include <ghostcard/remote/vfio_user/messages.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace ghostcard::remote {

class DmaQueue;
class FileMappings;
class MapBacking;

/// The memory that a client has opened to the device with DMA_MAP, as the device sees it. A *shared* map is the
/// client's own memory file, mapped here, which is done only with a file that can never shrink. All other maps have a
/// *shadow*, memory of ours for the bytes on their way: they come and go with pread() and pwrite() where the client
/// gave a file, else as DMA_READ and DMA_WRITE messages.
class ClientMemory {
public:
    static constexpr std::size_t max_maps = 65'535;
    static constexpr std::uint64_t max_bytes = 1ull << 44;  ///< Of all maps together.

    explicit ClientMemory(DmaQueue& queue);
    ~ClientMemory();
    ClientMemory(const ClientMemory&) = delete;
    ClientMemory& operator=(const ClientMemory&) = delete;

    /// For the device: the bytes behind as much of the range as lies together in one map; empty if the first one is not
    /// mapped, not permitted, or can be had with read() only. Good until the device lets the server go on. What a
    /// shadow holds before it is written means nothing.
    std::span<std::byte> reach(BusRange range, bool write);
    /// The device has just changed bytes that reach() gave. Shared maps need nothing; others' are on their way now.
    void written(std::span<const std::byte> bytes);
    /// Whether there is memory that the device can write to and only messages reach.
    bool needs_messages() const { return message_maps_ > 0; }
    /// Whether all of the range, over as many maps as it takes, is mapped and permitted.
    bool covers(BusRange range, bool write) const;

    /// What a read has given: all bytes, or none if any of them could not be had.
    using ReadDone = std::function<void(std::span<const std::byte>)>;
    /// For maps without a file: asks the client. `done` is called from where the server runs, once the answer is there.
    /// False, and no call, unless the range is covered for reading.
    bool read(BusRange range, ReadDone done);

    /// For the session. 0, or the errno that the client is told: EEXIST for a map that overlaps another or equals it,
    /// EINVAL for a range that is empty or wraps, for flags that allow nothing and for a file that is no regular one,
    /// EACCES for one that was not opened for what the flags allow, ENOSPC for more than the limits above.
    int map(const vfio_user::DmaMap& request, FileDescriptor file);
    /// 0, or ENOENT unless exactly this range was mapped.
    int unmap(BusRange range);
    bool is_mapped(BusRange range) const;
    /// By ascending address.
    std::vector<BusRange> maps() const;
    void unmap_all();

    /// For the session: the bytes that are to go out for a range that written() has queued.
    std::span<const std::byte> outgoing(BusRange range) const;
    /// For the session: nothing that shadows hold is needed any more.
    void forget_shadows();
    /// Bytes that the device wrote and that the client's file did not take.
    std::uint64_t lost_bytes() const { return lost_bytes_; }

private:
    struct Map {
        BusRange range;
        bool readable;
        bool writeable;
        std::unique_ptr<MapBacking> backing;
    };
    /// The map that holds the address, or null.
    const Map* find(BusAddress address) const;
    int make_backing(const vfio_user::DmaMap& request, FileDescriptor file, std::unique_ptr<MapBacking>& backing);

    DmaQueue& queue_;
    std::unique_ptr<FileMappings> files_;
    std::map<BusAddress, Map> maps_;                  ///< By first address.
    std::map<const std::byte*, const Map*> shadows_;  ///< Those that have been reached, by their first byte.
    std::uint64_t mapped_bytes_ = 0;
    std::size_t message_maps_ = 0;  ///< Writeable ones without a file.
    std::uint64_t lost_bytes_ = 0;
};

}  // namespace ghostcard::remote
