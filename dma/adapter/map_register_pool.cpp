// SPDX-License-Identifier: MIT
#include <ghostcard/dma/adapter/map_register_pool.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ghostcard::dma {
namespace {

constexpr std::uint64_t smallest_extent = 64;  // registers; keeps an unlimited pool from one mapping per page

}  // namespace

MapRegisterPool::MapRegisterPool(const HostMemory& memory, PageAllocator& allocator, Translation& translation,
                                 std::optional<std::uint64_t> capacity, unsigned address_bits)
    : memory_(memory),
      allocator_(allocator),
      translation_(translation),
      capacity_(capacity),
      address_bits_(address_bits) {}

MapRegisterPool::~MapRegisterPool() {
    for (const Extent& extent : extents_) {
        translation_.unmap(*BusRange::of(extent.bus, extent.pages.size()));
        (void)allocator_.free(extent.pages);
    }
}

bool MapRegisterPool::add_extent(std::uint64_t count) {
    Placement placement{.constraints = {.alignment = page_size, .boundary = 0, .address_bits = address_bits_}};
    const auto offset = translation_.constant_offset();
    if (offset)
        placement.shift = *offset;
    else
        placement.constraints.address_bits = 64;
    const auto pages = allocator_.allocate_contiguous(count, placement);
    if (!pages) return false;
    const auto bus = translation_.map(*pages, DmaDirection::both,
                                      {.alignment = page_size, .boundary = 0, .address_bits = address_bits_});
    if (!bus) {
        (void)allocator_.free(*pages);
        return false;
    }
    std::ranges::fill(*memory_.at(*pages), map_register_fill);
    const std::uint64_t first =
        extents_.empty() ? 0 : extents_.back().first + extents_.back().pages.size() / page_size + 1;
    extents_.push_back({first, *pages, *bus});
    free_.emplace(first, count);
    return true;
}

MapRegisterRun MapRegisterPool::run_of(std::uint64_t first, std::uint64_t count) const {
    const auto after = std::ranges::upper_bound(extents_, first, {}, &Extent::first);
    const Extent& extent = *std::prev(after);
    const std::uint64_t offset = (first - extent.first) * page_size;
    return {first, count, extent.pages.base() + offset, extent.bus + offset};
}

std::optional<MapRegisterRun> MapRegisterPool::take_free(std::uint64_t count) {
    const auto fit = std::ranges::find_if(free_, [count](const auto& run) { return run.second >= count; });
    if (fit == free_.end()) return std::nullopt;
    const auto [first, available] = *fit;
    free_.erase(fit);
    if (available > count) free_.emplace(first + count, available - count);
    lent_ += count;
    return run_of(first, count);
}

std::optional<MapRegisterRun> MapRegisterPool::take(std::uint64_t count) {
    if (count == 0) return MapRegisterRun{};
    if (const auto run = take_free(count)) return run;
    if (capacity_ && (!extents_.empty() || count > *capacity_)) return std::nullopt;
    if (!add_extent(capacity_ ? *capacity_ : std::max(count, smallest_extent)) && (capacity_ || !add_extent(count)))
        return std::nullopt;
    return take_free(count);
}

void MapRegisterPool::give_back(const MapRegisterRun& run) {
    if (run.count == 0) return serve();
    std::ranges::fill(bytes(run), map_register_fill);
    lent_ -= run.count;
    auto added = free_.emplace(run.first, run.count).first;
    if (const auto next = std::next(added); next != free_.end() && added->first + added->second == next->first) {
        added->second += next->second;
        free_.erase(next);
    }
    if (added != free_.begin()) {
        const auto before = std::prev(added);
        if (before->first + before->second == added->first) {
            before->second += added->second;
            free_.erase(added);
        }
    }
    serve();
}

MapRegisterPool::Answer MapRegisterPool::ask(Waiter waiter, bool may_wait) {
    const bool ready = waiters_.empty() && (!waiter.ready || waiter.ready());
    if (ready) {
        if (const auto run = take(waiter.count)) {
            waiter.granted(*run);
            return Answer::granted;
        }
    }
    const bool hopeless = (capacity_ && waiter.count > *capacity_) || (ready && lent_ == 0);
    if (!may_wait || hopeless) return Answer::refused;
    waiters_.push_back(std::move(waiter));
    return Answer::waiting;
}

bool MapRegisterPool::cancel(const void* owner, const void* device) {
    const auto removed = waiters_.remove_if(
        [&](const Waiter& waiter) { return waiter.owner == owner && (device == nullptr || waiter.device == device); });
    if (removed > 0) serve();
    return removed > 0;
}

void MapRegisterPool::serve() {
    if (std::exchange(serving_, true)) return;  // the call under way goes on with what has become free
    while (!waiters_.empty() && (!waiters_.front().ready || waiters_.front().ready())) {
        const auto run = take(waiters_.front().count);
        if (!run) break;
        const Waiter waiter = std::move(waiters_.front());
        waiters_.pop_front();
        waiter.granted(*run);
    }
    serving_ = false;
}

bool MapRegisterPool::fragmented(std::uint64_t count) const {
    std::uint64_t all = 0;
    std::uint64_t longest = 0;
    for (const auto& [first, available] : free_) {
        all += available;
        longest = std::max(longest, available);
    }
    return all >= count && longest < count;
}

std::optional<PhysicalAddress> MapRegisterPool::damaged_register() {
    for (const auto& [first, count] : free_) {
        const MapRegisterRun run = run_of(first, count);
        const auto filled = bytes(run);
        const auto damaged = std::ranges::find_if(filled, [](std::byte byte) { return byte != map_register_fill; });
        if (damaged == filled.end()) continue;
        const auto at = run.pages + static_cast<std::uint64_t>(damaged - filled.begin());
        std::ranges::fill(filled, map_register_fill);
        return at;
    }
    return std::nullopt;
}

std::span<std::byte> MapRegisterPool::bytes(const MapRegisterRun& run) const {
    return *memory_.at(*PhysicalRange::of(run.pages, run.count * page_size));
}

}  // namespace ghostcard::dma
