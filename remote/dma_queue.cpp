// SPDX-License-Identifier: MIT
#include "dma_queue.h"

#include <fmt/format.h>
#include <ghostcard/remote/vfio_user/messages.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ghostcard::remote {

using vfio_user::Command;

namespace {

bool touch(BusRange one, BusRange other) {
    return one.overlaps(other) || (one.last() < other.base() && one.last() + 1 == other.base()) ||
           (other.last() < one.base() && other.last() + 1 == one.base());
}

BusRange joined(BusRange one, BusRange other) {
    const BusAddress base = std::min(one.base(), other.base());
    return *BusRange::of(base, std::max(one.last(), other.last()) - base + 1);
}

}  // namespace

void DmaQueue::write(BusRange range, BusRange map) {
    if (!entries_.empty() && entries_.rbegin()->first > marked_) {
        Entry& last = entries_.rbegin()->second;
        if (last.is_write && last.sent == 0 && last.map == map && touch(last.range, range)) {
            last.range = joined(last.range, range);
            return;
        }
    }
    entries_.emplace(next_number_++, Entry{true, range, map, 0, 0, false, {}, {}});
}

void DmaQueue::read(BusRange range, ClientMemory::ReadDone done) {
    vfio_user::Buffer data(range.size());
    entries_.emplace(next_number_++, Entry{false, range, range, 0, 0, false, std::move(data), std::move(done)});
}

std::uint64_t DmaQueue::mark() { return marked_ = next_number_ - 1; }

DmaQueue::Entries::const_iterator DmaQueue::first_unsent() const { return entries_.lower_bound(first_unsent_); }

std::optional<DmaQueue::Request> DmaQueue::next(std::uint32_t max_data_xfer_size, bool urgent, Instant now) {
    const auto found = entries_.lower_bound(first_unsent_);
    constexpr std::size_t ids = 1 << 16;
    const bool is_full = in_flight_.size() >= max_messages_in_flight || bytes_in_flight_ >= max_bytes_in_flight;
    if (found == entries_.end() || (is_full && !urgent) || in_flight_.size() == ids) return std::nullopt;

    Entry& entry = found->second;
    const std::uint64_t size = std::min<std::uint64_t>(entry.range.size() - entry.sent, max_data_xfer_size);
    const BusRange range = *BusRange::of(entry.range.base() + entry.sent, size);
    while (in_flight_.contains(next_id_)) ++next_id_;
    const std::uint16_t id = next_id_++;
    in_flight_.emplace(id, InFlight{found->first, range, now});
    bytes_in_flight_ += size;
    entry.sent += size;
    ++entry.in_flight;
    if (entry.sent == entry.range.size()) first_unsent_ = found->first + 1;
    return Request{id, entry.is_write, range};
}

std::string DmaQueue::answer(const vfio_user::Header& header, std::span<const std::byte> payload) {
    const auto found = in_flight_.find(header.id);
    if (found == in_flight_.end()) return fmt::format("a reply to message {}, which was never sent", header.id);
    const BusRange range = found->second.range;
    const auto of = entries_.find(found->second.entry);
    Entry& entry = of->second;
    const Command asked = entry.is_write ? Command::dma_write : Command::dma_read;
    if (header.command != asked)
        return fmt::format("a reply to {} that says {}", to_text(asked), to_text(header.command));
    if (header.is_error) {
        ++refused_;
        entry.has_failed = true;
    } else if (!entry.is_write) {
        const auto reply = vfio_user::decode_with_data<vfio_user::DmaAccess>(payload);
        if (!reply || reply->data.size() != range.size())
            return fmt::format("{} bytes in reply to a DMA_READ of {}", payload.size(), range.size());
        std::ranges::copy(reply->data,
                          entry.data.begin() + static_cast<std::ptrdiff_t>(range.base() - entry.range.base()));
    }
    bytes_in_flight_ -= range.size();
    in_flight_.erase(found);
    --entry.in_flight;
    end_if_over(of);
    return "";
}

void DmaQueue::end_if_over(Entries::iterator entry) {
    if (entry->second.in_flight != 0 || entry->second.sent != entry->second.range.size()) return;
    const Entry over = std::move(entry->second);
    entries_.erase(entry);
    if (over.done) over.done(over.has_failed ? std::span<const std::byte>() : over.data);
}

std::optional<DmaQueue::Instant> DmaQueue::waiting_since() const {
    const auto oldest =
        std::ranges::min_element(in_flight_, {}, [](const auto& request) { return request.second.since; });
    return oldest == in_flight_.end() ? std::nullopt : std::optional(oldest->second.since);
}

void DmaQueue::give_up() {
    const Entries over = std::exchange(entries_, {});
    in_flight_.clear();
    bytes_in_flight_ = 0;
    for (const auto& [number, entry] : over)
        if (entry.done) entry.done({});
}

}  // namespace ghostcard::remote
