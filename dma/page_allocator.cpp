// SPDX-License-Identifier: MIT
#include <ghostcard/dma/page_allocator.h>

#include <algorithm>
#include <iterator>

namespace ghostcard::dma {
namespace {

/// The lowest address in [first, end) at which `size` bytes meet the constraints; all of them multiples of the page
/// size. Bus addresses wrap at 2^64, as does rounding them up, which therefore finds the right one behind the wrap.
std::optional<std::uint64_t> lowest_fit(std::uint64_t first, std::uint64_t end, std::uint64_t size,
                                        const Placement& placement) {
    const DmaConstraints& constraints = placement.constraints;
    const std::uint64_t alignment = std::max(constraints.alignment, page_size);
    for (;;) {
        const std::uint64_t bus = first + placement.shift;
        std::uint64_t fitting = round_up(bus, alignment);
        if (const std::uint64_t boundary = constraints.boundary;
            boundary != 0 && fitting / boundary != (fitting + size - 1) / boundary)
            fitting = round_up(fitting, std::max(boundary, alignment));
        const std::uint64_t skipped = fitting - bus;
        if (skipped > end - first || end - first - skipped < size) return std::nullopt;
        first += skipped;
        if (const auto range = BusRange::of({fitting}, size); range && constraints.allow(*range)) return first;
        const std::uint64_t bus_zero = 0 - placement.shift;  // too high on the bus; lower again only behind the wrap
        if (bus_zero <= first || bus_zero >= end) return std::nullopt;
        first = bus_zero;
    }
}

}  // namespace

PageAllocator::PageAllocator(const HostMemory& memory, Random random) : memory_(memory), random_(random) {
    const std::uint64_t below_hole = std::min(memory.pages(), HostMemory::hole_begin / page_size);
    if (below_hole > 1) free_.emplace(1, below_hole - 1);
    if (memory.pages() > below_hole) free_.emplace(HostMemory::hole_end / page_size, memory.pages() - below_hole);
}

std::optional<PhysicalRange> PageAllocator::allocate_contiguous(std::uint64_t pages, const Placement& placement) {
    if (pages == 0 || pages > memory_.pages()) return std::nullopt;
    for (const auto& [first, count] : free_) {
        if (count < pages + 2 * placement.margin) continue;
        const std::uint64_t begin = (first + placement.margin) * page_size;
        const std::uint64_t end = (first + count - placement.margin) * page_size;
        const auto fit = lowest_fit(begin, end, pages * page_size, placement);
        if (!fit) continue;
        const std::uint64_t run = *fit / page_size - placement.margin;
        const std::uint64_t length = pages + 2 * placement.margin;
        take(run, length);
        return PhysicalRange::of({run * page_size}, length * page_size);
    }
    return std::nullopt;
}

std::optional<std::vector<PhysicalAddress>> PageAllocator::allocate_pages(std::uint64_t count,
                                                                          Fragmentation fragmentation) {
    std::vector<PhysicalAddress> pages;
    if (fragmentation == Fragmentation::contiguous) {
        const auto run = allocate_contiguous(count);
        if (!run) return std::nullopt;
        for (std::uint64_t i = 0; i < count; ++i) pages.push_back(run->base() + i * page_size);
        return pages;
    }
    const std::uint64_t lowest = memory_.pages() / 4;
    std::uint64_t last = ~std::uint64_t{0};  // at first, a page that is nobody's neighbour
    while (pages.size() < count) {
        const std::uint64_t drawn = lowest + random_.below(memory_.pages() - lowest);
        std::uint64_t page = next_free(memory_.page(drawn).value / page_size);
        const auto unfit = [&] { return page + 1 == last || page == last + 1; };
        for (int neighbours = 0; neighbours < 2 && unfit(); ++neighbours) page = next_free(page + 1);
        if (page == 0 || unfit()) {
            (void)free(pages);
            return std::nullopt;
        }
        take(page, 1);
        pages.push_back({page * page_size});
        last = page;
    }
    return pages;
}

bool PageAllocator::free(PhysicalRange range) {
    if (!is_aligned(range.base(), page_size) || range.size() % page_size != 0 || range.base().value == 0 ||
        !memory_.file_offset(range))
        return false;
    std::uint64_t first = range.base().value / page_size;
    std::uint64_t count = range.size() / page_size;
    const std::uint64_t freed = count;
    auto after = free_.lower_bound(first);
    if (after != free_.end() && after->first < first + count) return false;
    if (after != free_.begin()) {
        const auto before = std::prev(after);
        const std::uint64_t end = before->first + before->second;
        if (end > first) return false;
        if (end == first) {
            first = before->first;
            count += before->second;
            free_.erase(before);
        }
    }
    if (after != free_.end() && after->first == first + count) {
        count += after->second;
        after = free_.erase(after);
    }
    free_.emplace_hint(after, first, count);
    outstanding_ -= freed;
    return true;
}

bool PageAllocator::free(std::span<const PhysicalAddress> pages) {
    bool all = true;
    for (const PhysicalAddress page : pages) {
        const auto range = PhysicalRange::of(page, page_size);
        all = range && free(*range) && all;
    }
    return all;
}

/// The first free page at or behind `page`, going on at the lowest one after the highest; 0 if none is free.
std::uint64_t PageAllocator::next_free(std::uint64_t page) const {
    if (free_.empty()) return 0;
    const auto after = free_.upper_bound(page);
    if (after != free_.begin()) {
        const auto& [first, count] = *std::prev(after);
        if (page < first + count) return page;
    }
    return after != free_.end() ? after->first : free_.begin()->first;
}

void PageAllocator::take(std::uint64_t first, std::uint64_t count) {
    const auto run = std::prev(free_.upper_bound(first));
    const auto [run_first, run_count] = *run;
    const std::uint64_t rest = run_first + run_count - (first + count);
    if (rest > 0) free_.emplace_hint(std::next(run), first + count, rest);
    if (first > run_first)
        run->second = first - run_first;
    else
        free_.erase(run);
    outstanding_ += count;
}

}  // namespace ghostcard::dma
