// SPDX-License-Identifier: MIT
#include <ghostcard/dma/page_allocator.h>
#include <tests/support/catch.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

using namespace ghostcard;
using dma::Fragmentation;
using dma::PageAllocator;
using dma::Placement;

namespace {

constexpr std::uint64_t mib = 1ull << 20;
constexpr std::uint64_t gib = 1ull << 30;

Random random_of(std::uint64_t seed) { return Random(seed, "pages"); }

std::uint64_t distance(PhysicalAddress a, PhysicalAddress b) { return a < b ? b - a : a - b; }

}  // namespace

TEST_CASE("every page but page 0 is handed out once", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    std::set<PhysicalAddress> seen;
    while (const auto run = allocator.allocate_contiguous(1)) {
        CHECK(run->size() == page_size);
        CHECK(memory.at(*run));
        CHECK(seen.insert(run->base()).second);
    }
    CHECK(seen.size() == memory.pages() - 1);
    CHECK_FALSE(seen.contains(PhysicalAddress{0}));
    CHECK(allocator.outstanding() == memory.pages() - 1);
    CHECK_FALSE(allocator.allocate_pages(1, Fragmentation::scattered));
}

TEST_CASE("a contiguous run is the lowest free one that fits", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    const auto first = allocator.allocate_contiguous(3).value();
    const auto second = allocator.allocate_contiguous(2).value();
    CHECK(first == PhysicalRange::of({0x1000}, 0x3000));
    CHECK(second == PhysicalRange::of({0x4000}, 0x2000));
    REQUIRE(allocator.free(first));
    CHECK(allocator.allocate_contiguous(4)->base() == PhysicalAddress{0x6000});
    CHECK(allocator.allocate_contiguous(3)->base() == PhysicalAddress{0x1000});
}

TEST_CASE("a contiguous run does not reach across the PCI hole", "[dma][page_allocator]") {
    const HostMemory memory(4 * gib);
    PageAllocator allocator(memory, random_of(1));
    CHECK_FALSE(allocator.allocate_contiguous(3 * gib / page_size));
    const auto below = allocator.allocate_contiguous(3 * gib / page_size - 1);
    REQUIRE(below);
    CHECK(below->last() == PhysicalAddress{3 * gib - 1});
    const auto above = allocator.allocate_contiguous(gib / page_size);
    REQUIRE(above);
    CHECK(above->base() == PhysicalAddress{4 * gib});
    CHECK_FALSE(allocator.allocate_contiguous(1));
}

TEST_CASE("a run of no page, or of more than there are, is not to be had", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    CHECK_FALSE(allocator.allocate_contiguous(0));
    CHECK_FALSE(allocator.allocate_contiguous(256));
    CHECK_FALSE(allocator.allocate_contiguous(~std::uint64_t{0}));
    CHECK_FALSE(allocator.allocate_pages(256, Fragmentation::contiguous));
    CHECK_FALSE(allocator.allocate_pages(256, Fragmentation::scattered));
    CHECK(allocator.outstanding() == 0);
}

TEST_CASE("alignment binds the bus address, not the physical one", "[dma][page_allocator]") {
    const HostMemory memory(4 * mib);
    PageAllocator allocator(memory, random_of(1));
    Placement placement{.constraints = {.alignment = mib, .address_bits = 64}};
    CHECK(allocator.allocate_contiguous(1, placement)->base() == PhysicalAddress{mib});
    const auto low = allocator.allocate_contiguous(255).value();  // the lowest free run ends too soon
    REQUIRE(allocator.free(*PhysicalRange::of(low.base() + page_size, page_size)));
    CHECK(allocator.allocate_contiguous(1, placement)->base() == PhysicalAddress{2 * mib});
    REQUIRE(allocator.free(*PhysicalRange::of({2 * mib}, page_size)));
    placement.shift = 3 * page_size;
    CHECK(allocator.allocate_contiguous(1, placement)->base() == PhysicalAddress{2 * mib - 3 * page_size});
}

TEST_CASE("a run crosses no multiple of its boundary on the bus", "[dma][page_allocator]") {
    const HostMemory memory(4 * mib);
    PageAllocator allocator(memory, random_of(1));
    Placement placement{.constraints = {.alignment = 1, .boundary = 0x1'0000, .address_bits = 64}};

    // 15 pages fit between page 1 and 64 KiB, 16 do not.
    const auto fifteen = allocator.allocate_contiguous(15, placement).value();
    CHECK(fifteen.base() == PhysicalAddress{0x1000});
    CHECK(allocator.allocate_contiguous(16, placement)->base() == PhysicalAddress{0x1'0000});
    CHECK_FALSE(allocator.allocate_contiguous(17, placement));

    REQUIRE(allocator.free(fifteen));
    placement.shift = 0x8000;  // pages 8 to 23 are one 64 KiB block on the bus; page 16 and above are taken
    CHECK(allocator.allocate_contiguous(8, placement)->base() == PhysicalAddress{0x8000});
    CHECK(allocator.allocate_contiguous(7, placement)->base() == PhysicalAddress{0x1000});
}

TEST_CASE("a run ends at or below the highest address of the bus", "[dma][page_allocator]") {
    const HostMemory memory(2 * mib);
    PageAllocator allocator(memory, random_of(1));
    const auto up_to = [](unsigned bits, std::uint64_t shift) {
        return Placement{.constraints = {.alignment = 1, .address_bits = bits}, .shift = shift};
    };
    CHECK_FALSE(allocator.allocate_contiguous(16, up_to(16, 0)));
    CHECK(allocator.allocate_contiguous(15, up_to(16, 0)));
    CHECK_FALSE(allocator.allocate_contiguous(1, up_to(16, 0)));
    CHECK_FALSE(allocator.allocate_contiguous(17, up_to(17, 0)));
    CHECK(allocator.allocate_contiguous(16, up_to(17, 0)));
    CHECK_FALSE(allocator.allocate_contiguous(1, up_to(20, 1 * mib)));
    CHECK(allocator.allocate_contiguous(1, up_to(21, 1 * mib)));
}

TEST_CASE("bus addresses may wrap below the physical ones, but no run lies across the wrap", "[dma][page_allocator]") {
    const HostMemory memory(2 * mib);
    PageAllocator allocator(memory, random_of(1));
    Placement placement{.constraints = {.alignment = 1, .address_bits = 32},
                        .shift = 0 - mib};  // bus = physical - 1 MiB
    CHECK(allocator.allocate_contiguous(4, placement)->base() == PhysicalAddress{mib});
    placement.constraints.address_bits = 64;  // below 1 MiB lie the highest bus addresses
    CHECK(allocator.allocate_contiguous(255, placement)->base() == PhysicalAddress{page_size});
    CHECK_FALSE(allocator.allocate_contiguous(253, placement));
    placement.constraints.alignment = mib;
    CHECK_FALSE(allocator.allocate_contiguous(1, placement));
}

TEST_CASE("margins belong to a run but no constraint binds them", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    const Placement placement{.constraints = {.alignment = 0x4000, .boundary = 0x4000, .address_bits = 64},
                              .margin = 1};
    const auto run = allocator.allocate_contiguous(4, placement).value();
    CHECK(run == PhysicalRange::of({0x3000}, 0x6000));
    CHECK(allocator.outstanding() == 6);
    CHECK(allocator.allocate_contiguous(4, placement)->base() == PhysicalAddress{0xb000});  // 8000 is a margin
    CHECK(allocator.free(run));
}

TEST_CASE("scattered pages are all different and no two consecutive ones are neighbours", "[dma][page_allocator]") {
    const HostMemory memory(16 * mib);
    PageAllocator allocator(memory, random_of(GENERATE(1u, 2u, 3u)));
    const auto pages = allocator.allocate_pages(1014, Fragmentation::scattered).value();
    CHECK(pages.size() == 1014);
    CHECK(std::set(pages.begin(), pages.end()).size() == 1014);
    for (std::size_t i = 1; i < pages.size(); ++i) CHECK(distance(pages[i - 1], pages[i]) > page_size);
    CHECK(std::ranges::all_of(pages, [](PhysicalAddress page) { return is_aligned(page, page_size); }));
}

TEST_CASE("scattered pages come from all over the upper three quarters of RAM", "[dma][page_allocator]") {
    const HostMemory memory(64 * gib);
    PageAllocator allocator(memory, random_of(1));
    std::vector<unsigned> hits(16);
    const auto pages = allocator.allocate_pages(4000, Fragmentation::scattered).value();
    for (const PhysicalAddress page : pages) ++hits.at(*memory.file_offset(*PhysicalRange::of(page, 1)) / (4 * gib));
    for (std::size_t i = 0; i < hits.size(); ++i) {  // from the fifth on: 333 expected, standard deviation 17
        if (i < 4) CHECK(hits[i] == 0);
        if (i >= 4) CHECK((hits[i] > 240 && hits[i] < 430));
    }
}

TEST_CASE("scattered pages leave room for contiguous runs until the rest is used up", "[dma][page_allocator]") {
    const HostMemory memory(16 * mib);
    PageAllocator allocator(memory, random_of(1));
    REQUIRE(allocator.allocate_pages(3 * 1024 - 16, Fragmentation::scattered));
    CHECK(allocator.allocate_contiguous(1000));
    CHECK(allocator.allocate_pages(30, Fragmentation::scattered));
    CHECK(allocator.outstanding() == 3 * 1024 - 16 + 1000 + 30);
}

TEST_CASE("the same seed scatters the same pages", "[dma][page_allocator]") {
    const HostMemory memory(16 * mib);
    const auto pages = [&](std::uint64_t seed) {
        return PageAllocator(memory, random_of(seed)).allocate_pages(100, Fragmentation::scattered).value();
    };
    CHECK(pages(1) == pages(1));
    CHECK(pages(1) != pages(2));
}

TEST_CASE("contiguous user pages are one ascending run", "[dma][page_allocator]") {
    const HostMemory memory(16 * mib);
    PageAllocator allocator(memory, random_of(1));
    const auto pages = allocator.allocate_pages(100, Fragmentation::contiguous).value();
    REQUIRE(pages.size() == 100);
    for (std::size_t i = 0; i < pages.size(); ++i) CHECK(pages[i] == pages[0] + i * page_size);
    CHECK(allocator.free(pages));
    CHECK(allocator.outstanding() == 0);
}

TEST_CASE("a failed request for scattered pages keeps none", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    REQUIRE(allocator.allocate_contiguous(253));
    CHECK_FALSE(allocator.allocate_pages(2, Fragmentation::scattered));  // the two that are left are neighbours
    CHECK(allocator.outstanding() == 253);
    CHECK(allocator.allocate_pages(1, Fragmentation::scattered));
    CHECK(allocator.allocate_pages(1, Fragmentation::scattered));
}

TEST_CASE("freed runs grow together", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    std::vector<PhysicalRange> runs;
    runs.reserve(5);
    for (int i = 0; i < 5; ++i) runs.push_back(allocator.allocate_contiguous(51).value());
    REQUIRE(allocator.outstanding() == 255);
    for (const std::size_t i : {1u, 3u, 0u, 4u, 2u}) {
        CHECK_FALSE(allocator.allocate_contiguous(255));
        REQUIRE(allocator.free(runs[i]));
    }
    CHECK(allocator.outstanding() == 0);
    CHECK(allocator.allocate_contiguous(255));
}

TEST_CASE("part of a run may be freed", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    REQUIRE(allocator.allocate_contiguous(255));
    CHECK(allocator.free(*PhysicalRange::of({0x8000}, 0x2000)));
    CHECK(allocator.outstanding() == 253);
    CHECK(allocator.allocate_contiguous(2)->base() == PhysicalAddress{0x8000});
}

TEST_CASE("what is not handed out cannot be freed", "[dma][page_allocator]") {
    const HostMemory memory(mib);
    PageAllocator allocator(memory, random_of(1));
    const auto run = allocator.allocate_contiguous(4).value();  // 1000 to 4fff
    const auto refused = [&](std::uint64_t base, std::uint64_t size) {
        return !allocator.free(*PhysicalRange::of({base}, size));
    };
    CHECK(refused(0x0000, 0x1000));   // page 0
    CHECK(refused(0x0000, 0x2000));   // begins with page 0
    CHECK(refused(0x4000, 0x2000));   // ends in free pages
    CHECK(refused(0x5000, 0x1000));   // free
    CHECK(refused(0x1000, 0x0800));   // half a page
    CHECK(refused(0x1800, 0x1000));   // between two pages
    CHECK(refused(1 * mib, 0x1000));  // no RAM
    CHECK(refused(0x2000, mib));      // ends beyond RAM
    CHECK(refused(~std::uint64_t{0xfff}, 0x1000));
    CHECK(allocator.outstanding() == 4);

    CHECK(allocator.free(run));
    CHECK(refused(0x1000, 0x4000));
    CHECK(allocator.outstanding() == 0);
}

TEST_CASE("a list with a page that is not handed out frees the others", "[dma][page_allocator]") {
    const HostMemory memory(16 * mib);
    PageAllocator allocator(memory, random_of(1));
    auto pages = allocator.allocate_pages(10, Fragmentation::scattered).value();
    pages.push_back(pages.front());
    CHECK_FALSE(allocator.free(pages));
    CHECK(allocator.outstanding() == 0);
}

TEST_CASE("thousands of allocations in 64 GiB stay quick and are all given back", "[dma][page_allocator]") {
    const HostMemory memory(64 * gib);
    PageAllocator allocator(memory, random_of(1));
    Random random(1, "requests");
    std::vector<std::vector<PhysicalAddress>> lists;
    std::vector<PhysicalRange> runs;
    std::uint64_t pages = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::uint64_t count = 1 + random.below(64);
        pages += 2 * count;
        lists.push_back(allocator.allocate_pages(count, Fragmentation::scattered).value());
        runs.push_back(allocator.allocate_contiguous(count).value());
    }
    CHECK(allocator.outstanding() == pages);
    for (const auto& list : lists) CHECK(allocator.free(list));
    for (const auto& run : runs) CHECK(allocator.free(run));
    CHECK(allocator.outstanding() == 0);
    CHECK(allocator.allocate_contiguous(3 * gib / page_size - 1));
}
