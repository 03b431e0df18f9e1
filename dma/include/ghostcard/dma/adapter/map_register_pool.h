// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/dma/page_allocator.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// Consecutive map registers, lent together. Each stands for one page that the device can reach.
struct MapRegisterRun {
    std::uint64_t first = 0;  ///< Number of the first one in its pool.
    std::uint64_t count = 0;  ///< 0: none, and the addresses mean nothing.
    PhysicalAddress pages;    ///< Of the first page; the others follow.
    BusAddress bus;           ///< Where the device sees it; the others follow.
};

/// What fills a register that carries no data: as Driver Verifier marks them (bug check 0xE6, 0x0F).
inline constexpr std::byte map_register_fill{0x0f};

/// The map registers of a host: pages below an address limit, contiguous in memory and on the bus, lent in runs, first
/// fit. Who has to wait is served in the order of asking; nobody overtakes (ReactOS and Windows keep such a queue).
///
/// Pages stay mapped for the device while their registers are free, as they do on Windows without an IOMMU: a device
/// that writes into one which it was lent before does so unnoticed, unless damaged_register() looks.
class MapRegisterPool {
public:
    /// `capacity` registers, all of them in one run; nothing for as many as memory holds, in extents as needed. The
    /// first three must outlive the pool.
    MapRegisterPool(const HostMemory& memory, PageAllocator& allocator, Translation& translation,
                    std::optional<std::uint64_t> capacity, unsigned address_bits);
    ~MapRegisterPool();
    MapRegisterPool(const MapRegisterPool&) = delete;
    MapRegisterPool& operator=(const MapRegisterPool&) = delete;

    /// At once and past the queue; nothing if no run of so many is free.
    std::optional<MapRegisterRun> take(std::uint64_t count);
    /// Gives back what was lent, and serves who waits.
    void give_back(const MapRegisterRun& run);

    /// Who asks for registers; whatever `ready` says no to waits as if there were none.
    struct Waiter {
        const void* owner = nullptr;   ///< The adapter...
        const void* device = nullptr;  ///< ...and its device, if one request at a time is its rule.
        std::uint64_t count = 0;       ///< 0: none, but in its turn.
        std::function<bool()> ready;   ///< May be empty: always.
        std::function<void(const MapRegisterRun&)> granted;
    };
    enum class Answer { granted, waiting, refused };
    /// Grants now or later. Refused: even an empty pool could not.
    Answer ask(Waiter waiter, bool may_wait = true);
    /// Takes the owner's waiters out of the queue, or only the one of that device; false if there was none.
    bool cancel(const void* owner, const void* device = nullptr);
    /// Something has changed for which a waiter may have waited.
    void serve();

    std::optional<std::uint64_t> capacity() const { return capacity_; }
    std::uint64_t lent() const { return lent_; }
    std::size_t waiting() const { return waiters_.size(); }
    /// Enough registers are free, but not side by side.
    bool fragmented(std::uint64_t count) const;
    /// A byte of a free register that is not the fill any more; nothing if there is none. Mends it.
    std::optional<PhysicalAddress> damaged_register();
    /// The bytes of lent registers, for the processor.
    std::span<std::byte> bytes(const MapRegisterRun& run) const;

private:
    struct Extent {
        std::uint64_t first;
        PhysicalRange pages;
        BusAddress bus;
    };

    bool add_extent(std::uint64_t count);
    std::optional<MapRegisterRun> take_free(std::uint64_t count);
    MapRegisterRun run_of(std::uint64_t first, std::uint64_t count) const;

    const HostMemory& memory_;
    PageAllocator& allocator_;
    Translation& translation_;
    const std::optional<std::uint64_t> capacity_;
    const unsigned address_bits_;
    std::vector<Extent> extents_;                  ///< By their first register; a gap in the numbers between two.
    std::map<std::uint64_t, std::uint64_t> free_;  ///< First register -> count, never touching.
    std::uint64_t lent_ = 0;
    std::list<Waiter> waiters_;
    bool serving_ = false;
};

}  // namespace ghostcard::dma
