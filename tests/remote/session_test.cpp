// SPDX-License-Identifier: MIT
#include <limits>
#include <string>

#include "tests/remote/session_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace std::chrono_literals;
using vfio_user::DeviceInfo;
using vfio_user::DmaMap;
using vfio_user::DmaUnmap;
using vfio_user::RegionAccess;
using vfio_user::RegionInfo;
using vfio_user::RegionIoFds;
using vfio_user::SingleWrite;
using vfio_user::WriteCount;

namespace {

struct Bench : SessionBench {
    Bench() { negotiate(); }
    int read_error(std::uint64_t offset, std::uint32_t region, std::uint32_t count) {
        return error_of(Command::region_read, payload_of(RegionAccess{offset, region, count}));
    }
    int write_error(std::uint64_t offset, std::uint32_t region, std::uint32_t count) {
        return error_of(Command::region_write, payload_of(RegionAccess{offset, region, count}, data_of(count, 1)));
    }
    RegionInfo region(std::uint32_t index) {
        return ask(Command::device_get_region_info, payload_of(RegionInfo{32, 0, index, 0, 0, 0})).as<RegionInfo>();
    }
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

TEST_CASE("the device is a PCI function with reset, 9 regions and 5 kinds of interrupts", "[remote][session]") {
    Bench bench;
    const DeviceInfo expected{16, DeviceInfo::has_reset | DeviceInfo::is_pci, 9, 5};
    CHECK(bench.ask(Command::device_get_info, payload_of(DeviceInfo{16, 0, 0, 0})).as<DeviceInfo>() == expected);
    CHECK(bench.ask(Command::device_get_info, payload_of(DeviceInfo{64, 0, 0, 0})).as<DeviceInfo>() == expected);
    CHECK(bench.error_of(Command::device_get_info, payload_of(DeviceInfo{15, 0, 0, 0})) == EINVAL);
    CHECK(bench.error_of(Command::device_get_info, Buffer(15)) == EINVAL);
}

TEST_CASE("regions are the BARs and the configuration space, none to be mapped", "[remote][session]") {
    Bench bench;
    constexpr std::uint32_t flags = RegionInfo::readable | RegionInfo::writeable;
    CHECK(bench.region(0) == RegionInfo{32, flags, 0, 0, 4096, 0});
    CHECK(bench.region(1) == RegionInfo{32, 0, 1, 0, 0, 0});
    CHECK(bench.region(2) == RegionInfo{32, flags, 2, 0, 16, 0});
    CHECK(bench.region(6) == RegionInfo{32, 0, 6, 0, 0, 0});
    CHECK(bench.region(7) == RegionInfo{32, flags, 7, 0, 256, 0});
    CHECK(bench.region(8) == RegionInfo{32, 0, 8, 0, 0, 0});
    CHECK(bench.error_of(Command::device_get_region_info, payload_of(RegionInfo{32, 0, 9, 0, 0, 0})) == EINVAL);
    CHECK(bench.error_of(Command::device_get_region_info, payload_of(RegionInfo{31, 0, 0, 0, 0, 0})) == EINVAL);
    CHECK(bench.error_of(Command::device_get_region_info, Buffer(31)) == EINVAL);
}

TEST_CASE("no part of a region has a file to be notified by", "[remote][session]") {
    Bench bench;
    const auto error = [&bench](const RegionIoFds& request) {
        return bench.error_of(Command::device_get_region_io_fds, payload_of(request));
    };
    const Sent reply = bench.ask(Command::device_get_region_io_fds, payload_of(RegionIoFds{512, 0, 2, 0}));
    CHECK(reply.as<RegionIoFds>() == RegionIoFds{16, 0, 2, 0});
    CHECK(reply.payload.size() == 16);
    CHECK(reply.files.empty());
    CHECK(error({16, 0, 9, 0}) == EINVAL);
    CHECK(error({16, 1, 0, 0}) == EINVAL);
    CHECK(error({16, 0, 0, 1}) == EINVAL);
    CHECK(error({15, 0, 0, 0}) == EINVAL);
}

TEST_CASE("a read is answered with the access and its data", "[remote][session]") {
    Bench bench;
    std::ranges::fill(std::span(bench.device.bar0).subspan(0x20, 4), std::byte{0x77});
    const RegionAccess access{0x20, 0, 4};
    CHECK(bench.ask(Command::region_read, payload_of(access)).payload == payload_of(access, data_of(4, 0x77)));
    CHECK(bench.device.diary.back() == "read bar0 32 4");
}

TEST_CASE("a write is answered with the access alone", "[remote][session]") {
    Bench bench;
    const RegionAccess access{0x40, 7, 2};
    CHECK(bench.ask(Command::region_write, payload_of(access, data_of(2, 0x33))).payload == payload_of(access));
    CHECK(bench.device.config[0x40] == std::byte{0x33});
    CHECK(bench.device.config[0x42] == std::byte{0});
    CHECK(bench.device.diary.back() == "write config 64 2");
}

TEST_CASE("an access that is empty or does not lie in its region is EINVAL, and the device never sees it",
          "[remote][session]") {
    Bench bench;
    constexpr std::uint64_t far = std::numeric_limits<std::uint64_t>::max();
    const auto check = [&bench](std::uint64_t offset, std::uint32_t region, std::uint32_t count, int error) {
        INFO("offset " << offset << " region " << region << " count " << count);
        CHECK(bench.read_error(offset, region, count) == error);
        CHECK(bench.write_error(offset, region, count) == error);
    };
    check(4095, 0, 1, 0);
    check(4095, 0, 2, EINVAL);
    check(4096, 0, 1, EINVAL);
    check(0, 0, 4096, 0);
    check(0, 0, 4097, EINVAL);
    check(0, 0, 0, EINVAL);
    check(far, 0, 1, EINVAL);
    check(far - 3, 0, 8, EINVAL);
    check(255, 7, 1, 0);
    check(255, 7, 2, EINVAL);
    for (const std::uint32_t region : {1u, 3u, 4u, 5u, 6u, 8u, 9u, 0xffff'ffffu}) check(0, region, 1, EINVAL);
    CHECK(bench.device.diary.size() == 1 + 6);
}

TEST_CASE("no access moves more than was agreed", "[remote][session]") {
    SessionBench bench;
    bench.negotiate(R"("max_data_xfer_size":128)");
    const auto read = [&bench](std::uint32_t count) {
        return bench.error_of(Command::region_read, payload_of(RegionAccess{0, 0, count}));
    };
    const auto write = [&bench](std::uint32_t count) {
        return bench.error_of(Command::region_write, payload_of(RegionAccess{0, 0, count}, data_of(count, 0)));
    };
    CHECK(read(128) == 0);
    CHECK(read(129) == EINVAL);
    CHECK(write(128) == 0);
    CHECK(write(129) == EINVAL);
    CHECK(bench.error_of(Command::region_read, payload_of(RegionAccess{0, 0, 0xffff'ffff})) == EINVAL);
}

TEST_CASE("an access whose data do not fit its count is EINVAL", "[remote][session]") {
    Bench bench;
    CHECK(bench.error_of(Command::region_write, payload_of(RegionAccess{0, 0, 4}, data_of(3, 0))) == EINVAL);
    CHECK(bench.error_of(Command::region_write, payload_of(RegionAccess{0, 0, 4}, data_of(5, 0))) == EINVAL);
    CHECK(bench.error_of(Command::region_write, Buffer(15)) == EINVAL);
    CHECK(bench.error_of(Command::region_read, Buffer(15)) == EINVAL);
}

TEST_CASE("a posted write is done and not answered, even if it fails", "[remote][session]") {
    Bench bench;
    bench.give(Command::region_write, payload_of(RegionAccess{0, 0, 4}, data_of(4, 5)), {}, true);
    CHECK_FALSE(bench.sent());
    CHECK(bench.device.bar0[3] == std::byte{5});
    bench.give(Command::region_write, payload_of(RegionAccess{0, 1, 4}, data_of(4, 5)), {}, true);
    bench.give(Command{99}, {}, {}, true);
    CHECK_FALSE(bench.sent());
    CHECK(bench.session.reason_to_end().empty());
}

TEST_CASE("many writes in one message are done in their order", "[remote][session]") {
    Bench bench;
    Buffer payload = payload_of(WriteCount{200});
    for (std::uint64_t i = 0; i < 200; ++i) append(payload, SingleWrite{8 * i, 0, 8, 0x0102'0304'0506'0700 + i});
    CHECK(bench.ask(Command::region_write_multi, payload).payload == payload_of(WriteCount{200}));
    CHECK(bench.device.bar0[8 * 199] == std::byte{199});
    CHECK(bench.device.bar0[8 * 199 + 7] == std::byte{1});
    CHECK(bench.device.diary.back() == "write bar0 1592 8");
    bench.give(Command::region_write_multi, payload, {}, true);
    CHECK_FALSE(bench.sent());
    CHECK(bench.device.diary.size() == 1 + 400);
}

TEST_CASE("of many writes none is done if one is impossible", "[remote][session]") {
    Bench bench;
    const auto error = [&bench](const SingleWrite& second) {
        return bench.error_of(Command::region_write_multi, payload_of(WriteCount{2}, SingleWrite{0, 0, 4, 1}, second));
    };
    CHECK(error({4095, 0, 2, 0}) == EINVAL);
    CHECK(error({0, 0, 9, 0}) == EINVAL);
    CHECK(error({0, 0, 0, 0}) == EINVAL);
    CHECK(error({0, 1, 1, 0}) == EINVAL);
    CHECK(bench.error_of(Command::region_write_multi, payload_of(WriteCount{2}, SingleWrite{0, 0, 4, 1})) == EINVAL);
    CHECK(bench.device.diary.size() == 1);
    CHECK(error({4, 0, 8, 2}) == 0);
}

TEST_CASE("a reset reaches the device and is answered without payload", "[remote][session]") {
    Bench bench;
    CHECK(bench.ask(Command::device_reset).payload.empty());
    CHECK(bench.device.diary.back() == "reset");
}

TEST_CASE("features and migration are not supported, and commands that there are not are EINVAL", "[remote][session]") {
    Bench bench;
    CHECK(bench.error_of(Command::device_feature, Buffer(8)) == ENOTSUP);
    CHECK(bench.error_of(Command::mig_data_read, Buffer(8)) == ENOTSUP);
    CHECK(bench.error_of(Command::mig_data_write, Buffer(8)) == ENOTSUP);
    CHECK(bench.error_of(Command::dma_read, Buffer(16)) == EINVAL);
    CHECK(bench.error_of(Command::dma_write, Buffer(16)) == EINVAL);
    for (const unsigned command : {0u, 14u, 19u, 0xffffu})
        CHECK(bench.error_of(static_cast<Command>(command)) == EINVAL);
    CHECK(bench.session.reason_to_end().empty());
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
    const std::size_t files = open_files();
    FakeDevice after;
    {
        Bench bench;
        REQUIRE(bench.map(0, 0x1000, 3, memory_file(0x1000)) == 0);
        REQUIRE(bench.map(0x1000, 0x1000, 3, memory_file(0x1000, 0)) == 0);
        REQUIRE(bench.set_irqs(0x24, 0, 0, 1, event_file()) == 0);
        CHECK(bench.write_error(8, 0, 4) == 0);
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
