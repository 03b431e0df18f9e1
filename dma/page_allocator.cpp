// SPDX-License-Identifier: MIT
#include <ghostcard/dma/page_allocator.h>

#include <algorithm>
#include <bit>

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
    const std::uint64_t above_hole = memory.pages() - below_hole;
    const std::uint64_t end = above_hole == 0 ? below_hole : HostMemory::hole_end / page_size + above_hole;
    free_.resize((end + pages_per_word - 1) / pages_per_word);
    mark(1, below_hole - 1, true);
    mark(HostMemory::hole_end / page_size, above_hole, true);
}

std::optional<PhysicalRange> PageAllocator::allocate_contiguous(std::uint64_t pages, const Placement& placement) {
    if (pages == 0 || pages > memory_.pages()) return std::nullopt;
    std::uint64_t run_end = 0;
    for (std::uint64_t first = 0; (first = next(run_end, true)) != end_of_pages();) {
        run_end = next(first, false);
        if (run_end - first < pages + 2 * placement.margin) continue;
        const std::uint64_t begin = (first + placement.margin) * page_size;
        const std::uint64_t end = (run_end - placement.margin) * page_size;
        const auto fit = lowest_fit(begin, end, pages * page_size, placement);
        if (!fit) continue;
        const std::uint64_t run = *fit / page_size - placement.margin;
        const std::uint64_t length = pages + 2 * placement.margin;
        mark(run, length, false);
        outstanding_ += length;
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
        mark(page, 1, false);
        ++outstanding_;
        pages.push_back({page * page_size});
        last = page;
    }
    return pages;
}

bool PageAllocator::free(PhysicalRange range) {
    if (!is_aligned(range.base(), page_size) || range.size() % page_size != 0 || range.base().value == 0 ||
        !memory_.file_offset(range))
        return false;
    const std::uint64_t first = range.base().value / page_size;
    const std::uint64_t count = range.size() / page_size;
    if (next(first, true) < first + count) return false;
    mark(first, count, true);
    outstanding_ -= count;
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
    std::uint64_t found = next(page, true);
    if (found == end_of_pages()) found = next(0, true);
    return found == end_of_pages() ? 0 : found;
}

/// The first page at or behind `page` that is free, or that is not; end_of_pages() if there is none.
std::uint64_t PageAllocator::next(std::uint64_t page, bool is_free) const {
    std::uint64_t before = page % pages_per_word;
    for (std::uint64_t word = page / pages_per_word; word < free_.size(); ++word) {
        const std::uint64_t wanted = (is_free ? free_[word] : ~free_[word]) >> before << before;
        if (wanted != 0) return word * pages_per_word + static_cast<std::uint64_t>(std::countr_zero(wanted));
        before = 0;
    }
    return end_of_pages();
}

void PageAllocator::mark(std::uint64_t first, std::uint64_t count, bool is_free) {
    for (std::uint64_t page = first; page != first + count;) {
        const std::uint64_t bit = page % pages_per_word;
        const std::uint64_t pages = std::min(pages_per_word - bit, first + count - page);
        const std::uint64_t mask = ~std::uint64_t{0} >> (pages_per_word - pages) << bit;
        std::uint64_t& word = free_[page / pages_per_word];
        word = is_free ? word | mask : word & ~mask;
        page += pages;
    }
}

}  // namespace ghostcard::dma
