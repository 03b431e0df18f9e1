// SPDX-License-Identifier: MIT
#include <ghostcard/base/host_memory.h>
#include <tests/support/catch.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace ghostcard;

namespace {

constexpr std::uint64_t mib = 1ull << 20;
constexpr std::uint64_t gib = 1ull << 30;

PhysicalRange range(std::uint64_t base, std::uint64_t size) { return PhysicalRange::of({base}, size).value(); }

/// Whether the CPU can read the byte: the kernel says so without a fault.
bool readable(const std::byte* byte) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const bool read = write(ends[1], byte, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return read;
}

}  // namespace

TEST_CASE("RAM begins at address 0 and ends where its size says", "[base][host_memory]") {
    const HostMemory memory(mib);
    CHECK(memory.size() == mib);
    CHECK(memory.pages() == 256);
    CHECK(memory.file_offset(range(0, mib)) == 0);
    CHECK(memory.file_offset(range(mib - 1, 1)) == mib - 1);
    CHECK_FALSE(memory.file_offset(range(mib, 1)));
    CHECK_FALSE(memory.file_offset(range(mib - 1, 2)));
    CHECK_FALSE(memory.file_offset(range(HostMemory::hole_end, 1)));
    CHECK_FALSE(memory.at(range(mib, 1)));
}

TEST_CASE("RAM that does not fit below the PCI hole goes on at 4 GiB", "[base][host_memory]") {
    const HostMemory memory(64 * gib);
    CHECK(memory.file_offset(range(3 * gib - 1, 1)) == 3 * gib - 1);
    CHECK_FALSE(memory.file_offset(range(3 * gib, 1)));
    CHECK_FALSE(memory.file_offset(range(3 * gib - 1, 2)));
    CHECK_FALSE(memory.file_offset(range(4 * gib - 1, 2)));
    CHECK_FALSE(memory.file_offset(range(gib, 4 * gib)));
    CHECK(memory.file_offset(range(4 * gib, 1)) == 3 * gib);
    CHECK(memory.file_offset(range(65 * gib - 1, 1)) == 64 * gib - 1);
    CHECK_FALSE(memory.file_offset(range(65 * gib, 1)));
    CHECK_FALSE(memory.file_offset(range(~std::uint64_t{0}, 1)));

    CHECK(memory.page(0) == PhysicalAddress{0});
    CHECK(memory.page(3 * gib / page_size - 1) == PhysicalAddress{3 * gib - page_size});
    CHECK(memory.page(3 * gib / page_size) == PhysicalAddress{4 * gib});
    CHECK(memory.page(memory.pages() - 1) == PhysicalAddress{65 * gib - page_size});
}

TEST_CASE("RAM that ends at the PCI hole does not go on behind it", "[base][host_memory]") {
    const HostMemory memory(3 * gib);
    CHECK(memory.file_offset(range(3 * gib - 1, 1)));
    CHECK_FALSE(memory.file_offset(range(4 * gib, 1)));
}

TEST_CASE("memory that nobody has written reads zero and costs nothing", "[base][host_memory]") {
    const HostMemory memory(64 * gib);
    CHECK(memory.at(range(40 * gib, 1))->front() == std::byte{0});
    struct stat status {};
    REQUIRE(fstat(memory.file(), &status) == 0);
    CHECK(static_cast<std::uint64_t>(status.st_size) == 64 * gib);
    CHECK(static_cast<std::uint64_t>(status.st_blocks) * 512 <= 2 * mib);
}

TEST_CASE("the memory file cannot be resized", "[base][host_memory]") {
    const HostMemory memory(mib);
    CHECK(ftruncate(memory.file(), 0) != 0);
    CHECK(ftruncate(memory.file(), static_cast<off_t>(2 * mib)) != 0);
    CHECK((fcntl(memory.file(), F_GET_SEALS) & F_SEAL_SEAL) != 0);
}

TEST_CASE("the CPU's mapping and the device's view are the same bytes", "[base][host_memory]") {
    const HostMemory memory(mib);
    const std::vector<PhysicalAddress> pages{{0x5000}, {0x3000}, {0x4000}, {0x9000}};
    const PageMapping mapping = memory.map(pages);
    REQUIRE(mapping.bytes().size() == 4 * page_size);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        const auto device = memory.at(range(pages[i].value, page_size)).value();
        mapping.bytes()[i * page_size + 7] = std::byte(i + 1);
        CHECK(device[7] == std::byte(i + 1));
        device[page_size - 1] = std::byte(i + 101);
        CHECK(mapping.bytes()[(i + 1) * page_size - 1] == std::byte(i + 101));
    }
}

TEST_CASE("a page may be mapped more than once", "[base][host_memory]") {
    const HostMemory memory(mib);
    const std::vector<PhysicalAddress> pages{{0x5000}, {0x5000}};
    const PageMapping mapping = memory.map(pages);
    mapping.bytes()[0] = std::byte{42};
    CHECK(mapping.bytes()[page_size] == std::byte{42});
}

TEST_CASE("a mapping has an inaccessible page on either side and ends with its owner", "[base][host_memory]") {
    const HostMemory memory(mib);
    const std::vector<PhysicalAddress> pages{{0x1000}, {0x2000}};
    const std::byte* first = nullptr;
    {
        PageMapping mapping = memory.map(pages);
        const PageMapping moved = std::move(mapping);
        first = moved.bytes().data();
        CHECK(readable(first));
        CHECK(readable(first + 2 * page_size - 1));
        CHECK_FALSE(readable(first - 1));
        CHECK_FALSE(readable(first + 2 * page_size));
    }
    CHECK_FALSE(readable(first));
}

TEST_CASE("a mapping that is assigned another gives up its own", "[base][host_memory]") {
    const HostMemory memory(mib);
    const std::vector<PhysicalAddress> one{{0x1000}};
    const std::vector<PhysicalAddress> two{{0x2000}};
    PageMapping mapping = memory.map(one);
    const std::byte* const first = mapping.bytes().data();
    mapping = memory.map(two);
    CHECK_FALSE(readable(first));
    mapping.bytes()[0] = std::byte{9};
    CHECK(memory.at(range(0x2000, 1))->front() == std::byte{9});
}

TEST_CASE("only whole pages of RAM can be mapped", "[base][host_memory]") {
    const HostMemory memory(mib);
    const auto map = [&](std::uint64_t page) {
        const std::vector<PhysicalAddress> pages{{0x1000}, {page}};
        return memory.map(pages);
    };
    CHECK_NOTHROW(map(mib - page_size));
    CHECK_THROWS_AS(map(mib), std::invalid_argument);
    CHECK_THROWS_AS(map(~std::uint64_t{0} - page_size + 1), std::invalid_argument);
    CHECK_THROWS_AS(map(0x1800), std::invalid_argument);
    CHECK_THROWS_AS(memory.map({}), std::invalid_argument);
}

TEST_CASE("host memory is whole pages", "[base][host_memory]") {
    CHECK_THROWS_AS(HostMemory(0), std::invalid_argument);
    CHECK_THROWS_AS(HostMemory(page_size + 1), std::invalid_argument);
    CHECK(HostMemory(page_size).pages() == 1);
}
