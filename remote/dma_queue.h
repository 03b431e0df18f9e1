// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/remote/client_memory.h>
#include <ghostcard/remote/vfio_user/header.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace ghostcard::remote {

/// DMA that goes as messages: what the device has written and wants to read, in its order, until the client has
/// answered all of it. Only the ranges of writes are kept here; their bytes stay in the shadow until they are sent.
class DmaQueue {
public:
    using Instant = std::chrono::steady_clock::time_point;

    /// So much is asked of the client at a time, so that one that is slow has its own memory used and not ours.
    static constexpr std::size_t max_messages_in_flight = 64;
    static constexpr std::uint64_t max_bytes_in_flight = 4 << 20;

    /// The range lies in the map. Joins what was queued just before, if they touch, lie in the same map, and no mark()
    /// is between them.
    void write(BusRange range, BusRange map);
    void read(BusRange range, ClientMemory::ReadDone done);

    /// Stands for all that has been queued until now; see is_done().
    std::uint64_t mark();
    bool is_done(std::uint64_t mark) const { return entries_.empty() || entries_.begin()->first > mark; }
    bool is_idle() const { return entries_.empty(); }
    bool has_unsent() const { return first_unsent() != entries_.end(); }

    struct Request {
        std::uint16_t id;
        bool is_write;
        BusRange range;  ///< In one map.
    };
    /// The next message, which counts as sent now; nothing if there is none, or if, unless `urgent`, the limits above
    /// are reached.
    std::optional<Request> next(std::uint32_t max_data_xfer_size, bool urgent, Instant now);
    /// A reply of the client. Empty, or what is wrong with it so that nothing more can be expected of the client.
    std::string answer(const vfio_user::Header& header, std::span<const std::byte> payload);
    /// When the request was sent that has been waiting for its answer the longest.
    std::optional<Instant> waiting_since() const;

    /// Requests that the client has answered with an error.
    std::uint64_t refused() const { return refused_; }
    /// Nothing will be answered any more: ends all reads with nothing.
    void give_up();

private:
    struct Entry {
        bool is_write;
        BusRange range;
        BusRange map;
        std::uint64_t sent = 0;  ///< Bytes.
        std::size_t in_flight = 0;
        bool has_failed = false;
        vfio_user::Buffer data;  ///< Of a read.
        ClientMemory::ReadDone done;
    };
    struct InFlight {
        std::uint64_t entry;
        BusRange range;
        Instant since;
    };
    using Entries = std::map<std::uint64_t, Entry>;

    Entries::const_iterator first_unsent() const;
    void end_if_over(Entries::iterator entry);

    Entries entries_;  ///< By number, in the order of being queued.
    std::uint64_t next_number_ = 1;
    std::uint64_t first_unsent_ = 1;  ///< All entries before it have been sent.
    std::uint64_t marked_ = 0;        ///< The last entry that a mark stands for.
    std::map<std::uint16_t, InFlight> in_flight_;
    std::uint64_t bytes_in_flight_ = 0;
    std::uint16_t next_id_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace ghostcard::remote
