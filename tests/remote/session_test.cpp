// SPDX-License-Identifier: MIT
#include <string>

#include "tests/remote/session_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace std::chrono_literals;
using vfio_user::DmaMap;
using vfio_user::DmaUnmap;
using vfio_user::RegionAccess;

namespace {

struct Bench : SessionBench {
    Bench() { negotiate(); }
};

}  // namespace

TEST_CASE("a client is attached by its VERSION", "[remote][session]") {
    SessionBench bench;
    CHECK(bench.device.diary.empty());
    CHECK(bench.session.largest_message() == vfio_user::largest_version_message);
    bench.negotiate();
    CHECK(bench.device.diary == std::vector<std::string>{"attached"});
    CHECK(bench.session.largest_message() == 16 + 32 + (1 << 20));
    bench.session.close();
    CHECK(bench.device.diary.back() == "gone");
}

TEST_CASE("a client without VERSION is never attached, and never gone", "[remote][session]") {
    SessionBench bench;
    bench.session.close();
    CHECK(bench.device.diary.empty());
}

TEST_CASE("a command before VERSION is EINVAL and the end", "[remote][session]") {
    SessionBench bench;
    CHECK(bench.error_of(Command::device_reset) == EINVAL);
    CHECK(bench.session.reason_to_end() == "DEVICE_RESET before VERSION");
    CHECK(bench.device.diary.empty());
}

TEST_CASE("a VERSION that cannot be accepted is EINVAL and the end", "[remote][session]") {
    const auto [payload, reason] = GENERATE(table<Buffer, std::string>({
        {version_payload("{}", 1), "version 1.0 is not 0.x"},
        {version_payload(R"({"capabilities":{"max_data_xfer_size":-1}})"),
         "max_data_xfer_size is no whole number from 64 to 4294967295"},
        {version_payload("{"), "VERSION's data are no JSON object"},
        {Buffer(3), "VERSION is shorter than its two numbers"},
    }));
    SessionBench bench;
    CHECK(bench.error_of(Command::version, payload) == EINVAL);
    CHECK(bench.session.reason_to_end() == reason);
    CHECK(bench.device.diary.empty());
    bench.give(Command::version, version_payload("{}"));
    CHECK_FALSE(bench.sent());
}

TEST_CASE("a second VERSION is EINVAL, and the session goes on", "[remote][session]") {
    Bench bench;
    CHECK(bench.error_of(Command::version, version_payload("{}")) == EINVAL);
    CHECK(bench.session.reason_to_end().empty());
    CHECK(bench.error_of(Command::device_reset) == 0);
}

TEST_CASE("the device hears of a map that has come, and of one that has gone", "[remote][session]") {
    Bench bench;
    CHECK(bench.map(0x1000, 0x2000) == 0);
    CHECK(bench.device.diary.back() == "mapped 4096 8192");
    CHECK(bench.map(0x1000, 0x2000) == EEXIST);
    CHECK(bench.unmap(0x1000, 0x2000) == 0);
    CHECK(bench.device.diary == std::vector<std::string>{"attached", "mapped 4096 8192", "unmapped 4096 8192"});
    CHECK(bench.unmap(0x1000, 0x2000) == ENOENT);
    CHECK_FALSE(bench.device.memory->covers(BusRange::of({0x1000}, 1).value(), true));
}

TEST_CASE("what QEMU unmaps without having mapped it is ENOENT", "[remote][session]") {
    Bench bench;
    CHECK(bench.unmap(0, 0x8000'0000) == ENOENT);
    CHECK(bench.unmap(0x80'0000'0000, 0x80'0000'0000) == ENOENT);
    CHECK(bench.unmap(0, 0) == EINVAL);
    CHECK(bench.unmap(~0ull, 2) == EINVAL);
}

TEST_CASE("unmapping is answered with the request", "[remote][session]") {
    Bench bench;
    REQUIRE(bench.map(0x1000, 0x2000) == 0);
    const DmaUnmap request{24, 0, 0x1000, 0x2000};
    CHECK(bench.ask(Command::dma_unmap, payload_of(request)).payload == payload_of(request));
}

TEST_CASE("everything is unmapped at once, by the flag and without a range", "[remote][session]") {
    Bench bench;
    REQUIRE(bench.map(0x1000, 0x1000) == 0);
    REQUIRE(bench.map(0x8000, 0x1000, 3, memory_file(0x1000)) == 0);
    CHECK(bench.unmap(0x1000, 0x1000, DmaUnmap::all) == EINVAL);
    CHECK(bench.unmap(0x1000, 0, DmaUnmap::all) == EINVAL);
    CHECK(bench.unmap(0, 0, DmaUnmap::all) == 0);
    CHECK(bench.device.memory->maps().empty());
    CHECK(bench.device.diary.back() == "unmapped 32768 4096");
    CHECK(bench.unmap(0, 0, DmaUnmap::all) == 0);
    CHECK(bench.unmap(0, 0, 1) == EINVAL);
}

TEST_CASE("a map comes with one file at the most, and whole", "[remote][session]") {
    Bench bench;
    std::vector<FileDescriptor> two;
    two.push_back(memory_file(0x1000));
    two.push_back(memory_file(0x1000));
    const std::size_t files = open_files();
    CHECK(bench.error_of(Command::dma_map, payload_of(DmaMap{32, 3, 0, 0, 0x1000}), std::move(two)) == EINVAL);
    CHECK(open_files() == files - 2);
    CHECK(bench.error_of(Command::dma_map, Buffer(31)) == EINVAL);
    CHECK(bench.error_of(Command::dma_map, payload_of(DmaMap{31, 3, 0, 0, 0x1000})) == EINVAL);
    CHECK(bench.error_of(Command::dma_unmap, Buffer(23)) == EINVAL);
    CHECK(bench.error_of(Command::dma_unmap, payload_of(DmaUnmap{23, 0, 0, 0x1000})) == EINVAL);
}

TEST_CASE("files that a command has no use for are closed", "[remote][session]") {
    Bench bench;
    const std::size_t files = open_files();
    std::vector<FileDescriptor> stray;
    for (int i = 0; i < 16; ++i) stray.push_back(event_file());
    CHECK(bench.error_of(Command::region_read, payload_of(RegionAccess{0, 0, 4}), std::move(stray)) == 0);
    CHECK(open_files() == files);
}

TEST_CASE("a client that goes leaves the device's state, and nothing of its own", "[remote][session]") {
    SessionBench::signaller();  // has a file of its own
    const std::size_t files = open_files();
    {
        Bench bench;
        REQUIRE(bench.map(0, 0x1000, 3, memory_file(0x1000)) == 0);
        REQUIRE(bench.map(0x1000, 0x1000, 3, memory_file(0x1000, 0)) == 0);
        REQUIRE(bench.set_irqs(0x24, 0, 0, 1, event_file()) == 0);
        CHECK(bench.error_of(Command::region_write, payload_of(RegionAccess{8, 0, 4}, data_of(4, 1))) == 0);
        bench.session.close();
        CHECK(bench.device.diary.back() == "gone");
        CHECK(bench.device.bar0[8] == std::byte{1});
    }
    CHECK(open_files() == files);
}

TEST_CASE("while a client goes its shared memory is still there", "[remote][session]") {
    Bench bench;
    const FileDescriptor file = memory_file(0x1000);
    REQUIRE(bench.map(0, 0x1000, 3, copy_of(file)) == 0);
    bench.device.when_gone = [&bench] { CHECK(bench.device.dma_write(0x10, 1, std::byte{9})); };
    bench.session.close();
    CHECK(content(file, 0x10, 1) == std::vector{std::byte{9}});
}

TEST_CASE("a client that does not say its version in time has to go", "[remote][session]") {
    SessionBench bench;
    CHECK(bench.session.next_check() == bench.now + 5s);
    bench.session.check_time(bench.now + 5s - 1ns);
    CHECK(bench.session.reason_to_end().empty());
    bench.session.check_time(bench.now + 5s);
    CHECK(bench.session.reason_to_end() == "it does not say which version it speaks");
}

TEST_CASE("a client that has said its version may be silent", "[remote][session]") {
    Bench bench;
    CHECK_FALSE(bench.session.next_check());
    bench.session.check_time(bench.now + 24h);
    CHECK(bench.session.reason_to_end().empty());
}

TEST_CASE("a client that does not read its answers has to go at 32 MiB of them", "[remote][session]") {
    Bench bench;
    constexpr std::uint64_t limit = 32 << 20, answer = 16 + 16 + 4096;
    for (std::uint64_t i = 0; i < limit / answer; ++i)
        bench.give(Command::region_read, payload_of(RegionAccess{0, 0, 4096}));
    CHECK(bench.session.reason_to_end().empty());
    bench.give(Command::region_read, payload_of(RegionAccess{0, 0, 4096}));
    CHECK(bench.session.reason_to_end() == "it does not read what it is sent");
    bench.give(Command::device_reset);
    CHECK(bench.device.diary.back() != "reset");
}

TEST_CASE("a reply that answers nothing is the end", "[remote][session]") {
    Bench bench;
    bench.answer(Sent{vfio_user::command_header(3, Command::dma_write), {}, {}});
    CHECK(bench.session.reason_to_end() == "a reply to message 3, which was never sent");
}
