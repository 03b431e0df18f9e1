// SPDX-License-Identifier: MIT
#include <limits>

#include "tests/remote/session_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using vfio_user::DeviceInfo;
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
