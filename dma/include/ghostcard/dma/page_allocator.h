// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_constraints.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/random.h>
#include <ghostcard/dma/driver_settings.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// Where a physically contiguous run of pages may lie.
struct Placement {
    /// Hold for physical address + shift: with a host's constant of translation as the shift they bind the bus address.
    DmaConstraints constraints{.alignment = page_size, .boundary = 0, .address_bits = 64};
    std::uint64_t shift = 0;   ///< Bytes, whole pages, modulo 2^64.
    std::uint64_t margin = 0;  ///< Further pages before and behind the run; no constraint binds them.
};

/// Hands out the physical pages of a host's memory, except page 0. Contiguous runs come from the lowest fitting
/// addresses; scattered pages come from anywhere but the lowest quarter, which they touch only when the rest is used
/// up, so that they do not chop up what later contiguous requests need (as Linux keeps a CMA area).
class PageAllocator {
public:
    /// The memory must outlive the allocator. `random` decides which pages are scattered where.
    PageAllocator(const HostMemory& memory, Random random);

    /// A run of `pages` pages and their margins; nothing if none is free or pages is 0.
    std::optional<PhysicalRange> allocate_contiguous(std::uint64_t pages, const Placement& placement = {});
    /// In the order in which they are to be mapped; scattered: no two consecutive ones are neighbours in RAM. Nothing
    /// if so many are not free.
    std::optional<std::vector<PhysicalAddress>> allocate_pages(std::uint64_t count, Fragmentation fragmentation);

    /// All pages of the run. False, and nothing is freed, unless every one of them is handed out.
    [[nodiscard]] bool free(PhysicalRange range);
    /// False if any of them was not handed out; the others are freed.
    [[nodiscard]] bool free(std::span<const PhysicalAddress> pages);

    /// Pages handed out and not yet freed.
    std::uint64_t outstanding() const { return outstanding_; }

private:
    static constexpr std::uint64_t pages_per_word = 64;

    std::uint64_t next_free(std::uint64_t page) const;
    std::uint64_t next(std::uint64_t page, bool is_free) const;
    std::uint64_t end_of_pages() const { return free_.size() * pages_per_word; }
    void mark(std::uint64_t first, std::uint64_t count, bool is_free);

    const HostMemory& memory_;
    Random random_;
    std::vector<std::uint64_t> free_;  ///< A bit for each page number, from 0 on.
    std::uint64_t outstanding_ = 0;
};

}  // namespace ghostcard::dma
