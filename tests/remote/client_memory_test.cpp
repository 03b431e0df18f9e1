// SPDX-License-Identifier: MIT
#include <ghostcard/remote/client_memory.h>

#include <cerrno>
#include <fstream>
#include <limits>
#include <string>

#include "remote/dma_queue.h"
#include "tests/remote/files.h"
#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using remote::ClientMemory;
using remote::DmaQueue;
using remote::vfio_user::DmaMap;

namespace {

constexpr std::uint32_t reads = DmaMap::readable, writes = DmaMap::writeable, both = reads | writes;

struct Bench {
    int map(std::uint64_t address, std::uint64_t size, std::uint32_t flags = both, FileDescriptor file = {},
            std::uint64_t offset = 0) {
        return memory.map(DmaMap{32, flags, offset, address, size}, std::move(file));
    }
    int unmap(std::uint64_t address, std::uint64_t size) { return memory.unmap(range(address, size)); }
    static BusRange range(std::uint64_t address, std::uint64_t size) { return BusRange::of({address}, size).value(); }
    std::span<std::byte> reach(std::uint64_t address, std::uint64_t size, bool write = true) {
        return memory.reach(range(address, size), write);
    }
    bool covers(std::uint64_t address, std::uint64_t size, bool write = true) {
        return memory.covers(range(address, size), write);
    }
    void write(std::uint64_t address, std::uint64_t size, unsigned value) {
        const auto bytes = reach(address, size);
        REQUIRE(bytes.size() == size);
        std::ranges::fill(bytes, static_cast<std::byte>(value));
        memory.written(bytes);
    }

    DmaQueue queue;
    ClientMemory memory{queue};
};

std::vector<std::byte> some(std::size_t size, unsigned value) { return {size, static_cast<std::byte>(value)}; }

/// Memory of this process that is backed by pages.
std::uint64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t total = 0, resident = 0;
    file >> total >> resident;
    return resident * page_size;
}
std::size_t mappings() {
    std::ifstream file("/proc/self/maps");
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    return lines;
}

}  // namespace

TEST_CASE("mapping the same range again is EEXIST, and so is any overlap", "[remote][memory]") {
    Bench bench;
    CHECK(bench.map(0x1000, 0x1000) == 0);
    CHECK(bench.map(0x1000, 0x1000) == EEXIST);
    CHECK(bench.map(0x1800, 0x100) == EEXIST);
    CHECK(bench.map(0x1fff, 0x1000) == EEXIST);
    CHECK(bench.map(0x0001, 0x1000) == EEXIST);
    CHECK(bench.map(0x0000, 0x9000) == EEXIST);
    CHECK(bench.map(0x0000, 0x1000) == 0);
    CHECK(bench.map(0x2000, 0x1000) == 0);
    CHECK(bench.memory.maps() ==
          std::vector{Bench::range(0, 0x1000), Bench::range(0x1000, 0x1000), Bench::range(0x2000, 0x1000)});
}

TEST_CASE("a map that is empty or wraps at 2^64 is EINVAL", "[remote][memory]") {
    Bench bench;
    CHECK(bench.map(0x1000, 0) == EINVAL);
    CHECK(bench.map(~0ull, 2) == EINVAL);
    CHECK(bench.map(~0ull - 0xfff, 0x1001) == EINVAL);
    CHECK(bench.map(1, ~0ull) == ENOSPC);
    CHECK(bench.map(~0ull - 0xfff, 0x1000) == 0);
    CHECK(bench.covers(~0ull, 1));
}

TEST_CASE("a map allows something, and no flag that we do not know", "[remote][memory]") {
    Bench bench;
    CHECK(bench.map(0, 0x1000, 0) == EINVAL);
    CHECK(bench.map(0, 0x1000, both | 16) == EINVAL);
    CHECK(bench.map(0, 0x1000, both | 0x8000'0000) == EINVAL);
    CHECK(bench.map(0, 0x1000, both | 4 | 8) == 0);  // what libvfio-user's clients add
}

TEST_CASE("unmapping has to match a map exactly", "[remote][memory]") {
    Bench bench;
    REQUIRE(bench.map(0x1000, 0x2000) == 0);
    CHECK(bench.unmap(0x1000, 0x1000) == ENOENT);
    CHECK(bench.unmap(0x2000, 0x1000) == ENOENT);
    CHECK(bench.unmap(0x0000, 0x3000) == ENOENT);
    CHECK(bench.unmap(0x1000, 0x2001) == ENOENT);
    CHECK(bench.unmap(0x9000, 0x2000) == ENOENT);
    CHECK(bench.unmap(0x1000, 0x2000) == 0);
    CHECK(bench.unmap(0x1000, 0x2000) == ENOENT);
    CHECK(bench.map(0x1000, 0x2000) == 0);
}

TEST_CASE("a transfer spans maps that are neighbours, and none where one is missing or forbids it",
          "[remote][memory]") {
    Bench bench;
    REQUIRE(bench.map(0x1000, 0x1000) == 0);
    REQUIRE(bench.map(0x2000, 0x1000) == 0);
    REQUIRE(bench.map(0x3000, 0x1000, reads) == 0);
    REQUIRE(bench.map(0x5000, 0x1000, writes) == 0);
    CHECK(bench.covers(0x1000, 0x2000));
    CHECK(bench.covers(0x1fff, 2));
    CHECK(bench.covers(0x1000, 0x3000, false));
    CHECK_FALSE(bench.covers(0x1000, 0x2001));
    CHECK_FALSE(bench.covers(0x0fff, 2));
    CHECK_FALSE(bench.covers(0x3fff, 2, false));
    CHECK_FALSE(bench.covers(0x5000, 1, false));
    CHECK(bench.covers(0x5000, 0x1000));

    CHECK(bench.reach(0x1800, 0x1000).size() == 0x800);
    CHECK(bench.reach(0x2000, 0x800).size() == 0x800);
    CHECK(bench.reach(0x3000, 1).empty());
    CHECK(bench.reach(0x4000, 1).empty());
}

TEST_CASE("at most 65535 maps and 16 TiB are taken, and one less makes room again", "[remote][memory]") {
    Bench bench;
    const std::size_t before = open_files();
    for (std::uint64_t i = 0; i < ClientMemory::max_maps; ++i) REQUIRE(bench.map(i * 0x1000, 0x1000) == 0);
    CHECK(bench.map(ClientMemory::max_maps * 0x1000, 0x1000) == ENOSPC);
    REQUIRE(bench.unmap(0x7000, 0x1000) == 0);
    CHECK(bench.map(ClientMemory::max_maps * 0x1000, 0x1000) == 0);
    CHECK(open_files() == before);

    bench.memory.unmap_all();
    CHECK(bench.map(0, ClientMemory::max_bytes + 1) == ENOSPC);
    CHECK(bench.map(0, ClientMemory::max_bytes) == 0);
    CHECK(bench.map(1ull << 50, 1) == ENOSPC);
    REQUIRE(bench.unmap(0, ClientMemory::max_bytes) == 0);
    CHECK(bench.map(1ull << 50, 1) == 0);
}

TEST_CASE("a file that cannot shrink is the client's own memory to the device", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x10000);
    REQUIRE(bench.map(0x100000, 0x4000, both, copy_of(file), 0x2000) == 0);
    bench.write(0x101000, 0x10, 0xab);
    CHECK(content(file, 0x3000, 0x10) == some(0x10, 0xab));
    CHECK(bench.queue.is_idle());
    REQUIRE(pwrite(file.get(), "client", 6, 0x2000) == 6);
    const auto bytes = bench.reach(0x100000, 6, false);
    CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == "client");
}

TEST_CASE("maps of one file share one mapping and keep no file open", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000 * 1000);
    const std::size_t files = open_files();
    REQUIRE(bench.map(0, 0x1000, both, copy_of(file)) == 0);
    const std::size_t before = mappings();
    for (std::uint64_t i = 1; i < 1000; ++i)
        REQUIRE(bench.map(i * 0x3000, 0x1000, both, copy_of(file), i * 0x1000) == 0);
    for (std::uint64_t i = 0; i < 1000; ++i) bench.write(i * 0x3000, 1, 7);
    CHECK(mappings() < before + 10);
    CHECK(open_files() == files);
    CHECK(content(file, 999 * 0x1000, 1) == some(1, 7));
    bench.memory.unmap_all();
    CHECK(mappings() < before);
}

TEST_CASE("a file that has grown since is mapped as long as it is now", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000, F_SEAL_SHRINK);
    REQUIRE(bench.map(0, 0x1000, both, copy_of(file)) == 0);
    REQUIRE(ftruncate(file.get(), 0x2000) == 0);
    REQUIRE(bench.map(0x1000, 0x1000, both, copy_of(file), 0x1000) == 0);
    bench.write(0x0000, 0x1000, 1);
    bench.write(0x1000, 0x1000, 2);
    CHECK(content(file, 0x0fff, 2) == std::vector{std::byte{1}, std::byte{2}});
}

TEST_CASE("files come and go without a trace", "[remote][memory]") {
    Bench bench;
    const std::size_t files = open_files(), before = mappings();
    for (int i = 0; i < 200; ++i) {
        REQUIRE(bench.map(0, 0x1000, both, memory_file(0x1000)) == 0);
        bench.write(0, 1, 1);
        REQUIRE(bench.unmap(0, 0x1000) == 0);
    }
    CHECK(open_files() == files);
    CHECK(mappings() <= before + 10);
}

TEST_CASE("a file that may shrink is read and written, and truncating it harms nobody", "[remote][memory]") {
    Bench bench;
    const int seals = GENERATE(0, F_SEAL_GROW);
    const FileDescriptor file = memory_file(0x4000, seals);
    REQUIRE(bench.map(0x8000, 0x4000, both, copy_of(file)) == 0);
    bench.write(0x9000, 0x1000, 0x5a);
    CHECK(content(file, 0x1000, 0x1000) == some(0x1000, 0x5a));
    CHECK(content(file, 0x0000, 0x1000) == some(0x1000, 0));
    CHECK(bench.queue.is_idle());

    REQUIRE(pwrite(file.get(), "x", 1, 0x2000) == 1);
    CHECK(bench.reach(0xa000, 1, false).front() == std::byte{'x'});
    REQUIRE(ftruncate(file.get(), 0x2001) == 0);
    const auto bytes = bench.reach(0xa000, 0x2000, false);
    REQUIRE(bytes.size() == 0x2000);
    CHECK(bytes.front() == std::byte{'x'});
    CHECK(std::ranges::all_of(bytes.subspan(1), [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_CASE("what a client's file does not take is counted as lost", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000, F_SEAL_GROW);
    REQUIRE(bench.map(0, 0x2000, both, copy_of(file)) == 0);
    bench.write(0x0800, 0x1000, 1);
    CHECK(content(file, 0x0800, 0x1000) == some(0x800, 1));
    CHECK(bench.memory.lost_bytes() == 0x800);
}

TEST_CASE("a sealed file that is shorter than the map is not mapped", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000);
    REQUIRE(bench.map(0, 0x1001, both, copy_of(file)) == 0);
    bench.write(0x1000, 1, 1);  // would be SIGBUS one page further in a mapping
    CHECK(bench.memory.lost_bytes() == 1);
    CHECK(bench.map(0x10000, 0x1000, both, copy_of(file), 1) == 0);
    CHECK(bench.map(0x20000, 0x1000, both, copy_of(file), ~0ull) == EINVAL);
    CHECK(bench.map(0x20000, 0x1000, both, copy_of(file), std::numeric_limits<std::int64_t>::max()) == EINVAL);
}

TEST_CASE("a file that was not opened for what its map allows is EACCES", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000);
    CHECK(bench.map(0x1000, 0x1000, both, reopened(file, O_RDONLY)) == EACCES);
    CHECK(bench.map(0x1000, 0x1000, writes, reopened(file, O_RDONLY)) == EACCES);
    CHECK(bench.map(0x1000, 0x1000, reads, reopened(file, O_WRONLY)) == EACCES);
    CHECK(bench.map(0x1000, 0x1000, reads, reopened(file, O_PATH)) == EACCES);
    CHECK(bench.map(0x1000, 0x1000, reads, reopened(file, O_RDONLY)) == 0);
    CHECK(bench.reach(0x1000, 1, false).size() == 1);
    CHECK(bench.reach(0x1000, 1, true).empty());
    CHECK(bench.map(0x2000, 0x1000, writes, reopened(file, O_WRONLY)) == 0);
    bench.write(0x2000, 4, 9);
    CHECK(content(file, 0, 4) == some(4, 9));
}

TEST_CASE("a file that forbids writing cannot be mapped for it", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE);
    CHECK(bench.map(0, 0x1000, both, copy_of(file)) == EPERM);
    CHECK(bench.map(0, 0x1000, reads, copy_of(file)) == 0);
}

TEST_CASE("a pipe, an event file or a device is no memory", "[remote][memory]") {
    Bench bench;
    CHECK(bench.map(0, 0x1000, both, event_file()) == EINVAL);
    CHECK(bench.map(0, 0x1000, both, checked(open("/dev/zero", O_RDWR | O_CLOEXEC))) == EINVAL);
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    const FileDescriptor reading(ends[0]);
    CHECK(bench.map(0, 0x1000, writes, FileDescriptor(ends[1])) == EINVAL);
}

TEST_CASE("without a file what is written waits to be sent, and reading is by message only", "[remote][memory]") {
    Bench bench;
    REQUIRE(bench.map(0x1000, 0x1000) == 0);
    CHECK(bench.reach(0x1000, 0x10, false).empty());
    bench.write(0x1100, 0x10, 3);
    const auto request = bench.queue.next(4096, false, {});
    REQUIRE(request);
    CHECK(request->is_write);
    CHECK(request->range == Bench::range(0x1100, 0x10));
    const auto bytes = bench.memory.outgoing(request->range);
    CHECK(std::vector(bytes.begin(), bytes.end()) == some(0x10, 3));
}

TEST_CASE("a shadow costs what is on its way, and nothing afterwards", "[remote][memory]") {
    constexpr std::uint64_t map_size = 1ull << 36, written = 32 << 20;
    Bench bench;
    REQUIRE(bench.map(0, map_size) == 0);
    const std::uint64_t before = resident_bytes();
    bench.write(0x1234'5000, written, 1);
    CHECK(resident_bytes() >= before + written);
    CHECK(resident_bytes() < before + 2 * written);
    while (bench.queue.next(1 << 20, true, {})) continue;
    bench.memory.forget_shadows();
    CHECK(resident_bytes() < before + written / 4);
    bench.write(0x1234'5000, 1, 2);
    CHECK(bench.memory.outgoing(Bench::range(0x1234'5000, 2))[1] == std::byte{0});
}

TEST_CASE("a shadow that the host has no room for is not reached", "[remote][memory]") {
    Bench bench;
    REQUIRE(bench.map(0, ClientMemory::max_bytes / 2) == 0);
    REQUIRE(bench.map(1ull << 50, 0x1000) == 0);
    CHECK(bench.reach(0, 1).size() == 1);
    CHECK(bench.reach(1ull << 50, 1).size() == 1);
    bench.memory.unmap_all();
    CHECK(bench.reach(0, 1).empty());
    CHECK_FALSE(bench.covers(0, 1));
}

TEST_CASE("bytes that no shadow has given are none of its business", "[remote][memory]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000);
    REQUIRE(bench.map(0x1000, 0x1000) == 0);
    REQUIRE(bench.map(0x2000, 0x1000, both, copy_of(file)) == 0);
    REQUIRE(bench.reach(0x1000, 1).size() == 1);
    const std::byte outside{};
    bench.memory.written(std::span(&outside, 1));
    bench.memory.written({});
    bench.write(0x2000, 0x1000, 1);
    CHECK(bench.queue.is_idle());
}
