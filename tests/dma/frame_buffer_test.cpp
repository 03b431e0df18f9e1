// SPDX-License-Identifier: MIT
#include <ghostcard/dma/frame_buffer.h>
#include <tests/support/catch.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

using namespace ghostcard;
using dma::Fragmentation;
using dma::FrameBuffer;
using dma::PageAllocator;

namespace {

constexpr std::uint64_t frame_1080p_yuy2 = 4'147'200;  // 1920 x 1080 x 2 bytes

struct Host {
    HostMemory memory{64ull << 20};
    PageAllocator allocator{memory, Random(1, "pages")};

    std::optional<FrameBuffer> buffer(std::uint64_t length, std::uint64_t page_offset, Fragmentation fragmentation) {
        return FrameBuffer::allocate(memory, allocator, length, page_offset, fragmentation);
    }
};

}  // namespace

TEST_CASE("a scattered 1080p YUY2 frame is 1013 fragments, and 1014 from page offset 2049 on", "[dma][frame_buffer]") {
    // One fragment for each 4 KiB page that the 4,147,200 bytes touch; derived for the DMA fragmentation table. The
    // page count is that of Windows' ADDRESS_AND_SIZE_TO_SPAN_PAGES, and so of the map registers of one operation.
    struct Row {
        std::uint64_t page_offset, fragments, first_bytes, last_bytes;
    };
    const auto row = GENERATE(Row{0, 1013, 4096, 2048}, Row{1, 1013, 4095, 2049}, Row{2048, 1013, 2048, 4096},
                              Row{2049, 1014, 2047, 1}, Row{4095, 1014, 1, 2047});
    Host host;
    const auto buffer = host.buffer(frame_1080p_yuy2, row.page_offset, Fragmentation::scattered);
    REQUIRE(buffer);
    const auto fragments = buffer->fragments();
    CHECK(fragments.size() == row.fragments);
    CHECK(buffer->pages().size() == row.fragments);
    CHECK(fragments.front().size() == row.first_bytes);
    CHECK(fragments.back().size() == row.last_bytes);
    CHECK(fragments.front().base().value % page_size == row.page_offset);
    const auto add = [](std::uint64_t sum, PhysicalRange fragment) { return sum + fragment.size(); };
    CHECK(std::accumulate(fragments.begin(), fragments.end(), std::uint64_t{0}, add) == frame_1080p_yuy2);
}

TEST_CASE("a contiguous frame is one fragment", "[dma][frame_buffer]") {
    Host host;
    const auto buffer = host.buffer(frame_1080p_yuy2, 100, Fragmentation::contiguous);
    REQUIRE(buffer);
    const auto fragments = buffer->fragments();
    REQUIRE(fragments.size() == 1);
    CHECK(fragments[0] == PhysicalRange::of(buffer->pages()[0] + 100, frame_1080p_yuy2));
}

TEST_CASE("what the CPU writes side by side lies in the fragments, in order", "[dma][frame_buffer]") {
    Host host;
    auto buffer = host.buffer(5 * page_size, 17, Fragmentation::scattered);
    REQUIRE(buffer);
    for (std::size_t i = 0; i < buffer->bytes().size(); ++i) buffer->bytes()[i] = std::byte(i * 31 + i / 256);
    std::vector<std::byte> gathered;
    for (const PhysicalRange fragment : buffer->fragments()) {
        const auto bytes = host.memory.at(fragment).value();
        gathered.insert(gathered.end(), bytes.begin(), bytes.end());
    }
    CHECK(std::ranges::equal(gathered, buffer->bytes()));
}

TEST_CASE("every byte of a frame buffer has a physical address, and no byte beside it", "[dma][frame_buffer]") {
    Host host;
    auto buffer = host.buffer(2 * page_size, 100, Fragmentation::scattered);
    REQUIRE(buffer);
    const std::byte* const first = buffer->bytes().data();
    const auto pages = buffer->pages();
    REQUIRE(pages.size() == 3);
    CHECK(buffer->physical_address(first) == pages[0] + 100);
    CHECK(buffer->physical_address(first + page_size - 101) == pages[0] + (page_size - 1));
    CHECK(buffer->physical_address(first + page_size - 100) == pages[1]);
    CHECK(buffer->physical_address(first + 2 * page_size - 1) == pages[2] + 99);
    CHECK_FALSE(buffer->physical_address(first - 1));
    CHECK_FALSE(buffer->physical_address(first + 2 * page_size));
    CHECK_FALSE(buffer->physical_address(nullptr));
}

TEST_CASE("a frame buffer is zeroed, also in pages that were used before", "[dma][frame_buffer]") {
    Host host;
    for (int i = 0; i < 2; ++i) {
        auto buffer = host.buffer(3 * page_size, 5, Fragmentation::contiguous);
        REQUIRE(buffer);
        CHECK(std::ranges::all_of(buffer->bytes(), [](std::byte byte) { return byte == std::byte{0}; }));
        std::ranges::fill(buffer->bytes(), std::byte{0xee});
    }
}

TEST_CASE("a frame buffer gives its pages back once, however often it was moved", "[dma][frame_buffer]") {
    Host host;
    {
        auto buffer = host.buffer(3 * page_size, 1, Fragmentation::scattered);
        REQUIRE(buffer);
        CHECK(host.allocator.outstanding() == 4);
        std::vector<FrameBuffer> buffers;
        buffers.push_back(std::move(*buffer));
        buffers.push_back(host.buffer(1, 0, Fragmentation::scattered).value());
        CHECK(host.allocator.outstanding() == 5);
        buffers[0].bytes()[0] = std::byte{1};
    }
    CHECK(host.allocator.outstanding() == 0);
}

TEST_CASE("a frame buffer that does not fit the memory is not to be had", "[dma][frame_buffer]") {
    Host host;
    CHECK_FALSE(host.buffer(host.memory.size(), 0, Fragmentation::scattered));
    CHECK_FALSE(host.buffer(host.memory.size() - page_size, 1, Fragmentation::contiguous));
    CHECK_FALSE(host.buffer(~std::uint64_t{0}, 1, Fragmentation::contiguous));
    CHECK(host.allocator.outstanding() == 0);
    CHECK_THROWS_AS(host.buffer(0, 0, Fragmentation::scattered), std::invalid_argument);
    CHECK_THROWS_AS(host.buffer(1, page_size, Fragmentation::scattered), std::invalid_argument);
}
