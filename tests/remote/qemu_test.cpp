// SPDX-License-Identifier: MIT
// What QEMU 11.1.2 sends, in its order, as recorded between it and a server.
#include <string>

#include "tests/remote/session_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using vfio_user::DeviceInfo;
using vfio_user::DmaMap;
using vfio_user::DmaUnmap;
using vfio_user::IrqInfo;
using vfio_user::RegionAccess;
using vfio_user::RegionInfo;
using vfio_user::SetIrqs;

namespace {

constexpr std::uint32_t config = vfio_user::config_region;

struct Qemu : SessionBench {
    void negotiate() {
        const std::string json =
            R"({"capabilities": {"pgsizes": 4096, "max_msg_fds": 16, "max_dma_maps": 65535, )"
            R"("max_data_xfer_size": 1048576, "migration": {"max_bitmap_size": 268435456, "pgsize": 4096}, )"
            R"("write_multiple": true}})";
        const Sent reply = ask(Command::version, version_payload(json));
        REQUIRE_FALSE(reply.header.is_error);
        CHECK(reply.header.size <= 214);
    }
    void send_map(std::uint64_t address, std::uint64_t size, bool is_ram, std::uint64_t offset = 0) {
        std::vector<FileDescriptor> files;
        if (is_ram) files.push_back(copy_of(ram));
        give(Command::dma_map, payload_of(DmaMap{32, is_ram ? 3u : 1u, offset, address, size}), std::move(files));
    }
    void send_unmap(std::uint64_t address, std::uint64_t size) {
        give(Command::dma_unmap, payload_of(DmaUnmap{24, 0, address, size}));
    }
    /// Answers to what was sent without waiting: so many, in order, and all good.
    void take_replies(unsigned count) {
        for (std::uint16_t id = static_cast<std::uint16_t>(next_id - count); id != next_id; ++id) {
            const auto reply = sent();
            REQUIRE(reply.has_value());
            CHECK(reply->header.id == id);
            CHECK_FALSE(reply->header.is_error);
        }
        CHECK_FALSE(sent());
        session.flush(now);
    }
    void map_at_start() {
        send_map(0x0, 0xc0000, true);
        send_map(0xc0000, 0x20000, false);
        send_map(0xe0000, 0x20000, false);
        send_map(0x10'0000, 0x1ff0'0000, true, 0x10'0000);
        send_map(0xfffc'0000, 0x40000, false);
        take_replies(5);
    }
    Buffer read(std::uint64_t offset, std::uint32_t region, std::uint32_t count) {
        const Sent reply = ask(Command::region_read, payload_of(RegionAccess{offset, region, count}));
        REQUIRE(reply.payload.size() == 16 + count);
        return {reply.payload.begin() + 16, reply.payload.end()};
    }
    int write(std::uint64_t offset, std::uint32_t region, std::uint32_t value) {
        Buffer data(4);
        store_little_endian(value, data);
        return error_of(Command::region_write, payload_of(RegionAccess{offset, region, 4}, data));
    }
    void post(std::uint64_t offset, std::uint32_t value) {
        Buffer data(4);
        store_little_endian(value, data);
        give(Command::region_write, payload_of(RegionAccess{offset, 0, 4}, data), {}, true);
    }
    void attach() {
        negotiate();
        map_at_start();
        const auto info = ask(Command::device_get_info, payload_of(DeviceInfo{16, 0, 0, 0})).as<DeviceInfo>();
        CHECK(info.regions >= 8);
        CHECK(info.irqs >= 3);
        CHECK(info.flags == 3);
        for (const std::uint32_t index : {0, 1, 2, 3, 4, 5, 7}) {
            const auto region =
                ask(Command::device_get_region_info, payload_of(RegionInfo{32, 0, index, 0, 0, 0})).as<RegionInfo>();
            CHECK(region.argsz == 32);  // more would be asked for once more
            CHECK((region.flags & RegionInfo::mappable) == 0);
        }
        const auto error = ask(Command::device_get_irq_info, payload_of(IrqInfo{16, 0, 3, 0})).as<IrqInfo>();
        CHECK(error.count == 1);
        CHECK(read(0, config, 256).size() == 256);
        CHECK(write(0x30, config, 0xffff'f800) == 0);
        read(0x30, config, 4);
        CHECK(write(0x30, config, 0) == 0);
        read(0x10, config, 4);
        read(0x3d, config, 1);
        CHECK(set_irqs(0x24, vfio_user::intx_irq, 0, 1, copy_of(intx)) == 0);
        CHECK(set_irqs(0x24, vfio_user::error_irq, 0, 1, event_file()) == 0);
    }

    FileDescriptor ram = memory_file(512 << 20);
    FileDescriptor intx = event_file(), msi = event_file();
};

}  // namespace

TEST_CASE("QEMU attaches", "[remote][qemu]") {
    Qemu qemu;
    qemu.attach();
    REQUIRE(qemu.device.dma_write(0x1fff'0000, 0x10000, std::byte{0x5a}));
    CHECK(content(qemu.ram, 0x1fff'0000, 0x10000) == data_of(0x10000, 0x5a));
    CHECK_FALSE(qemu.device.dma_write(0xc0000, 4, std::byte{1}));
    CHECK(qemu.session.is_settled());
}

TEST_CASE("QEMU resets the machine", "[remote][qemu]") {
    Qemu qemu;
    qemu.attach();
    CHECK(qemu.set_irqs(0x21, vfio_user::intx_irq, 0, 0) == 0);
    qemu.read(0x04, config, 2);
    CHECK(qemu.write(0x04, config, 0x0400) == 0);
    CHECK(qemu.error_of(Command::device_reset) == 0);
    qemu.read(0x3d, config, 1);
    CHECK(qemu.set_irqs(0x24, vfio_user::intx_irq, 0, 1, copy_of(qemu.intx)) == 0);
    for (std::uint64_t bar = 0x10; bar <= 0x24; bar += 4) CHECK(qemu.write(bar, config, 0) == 0);
    CHECK(signals(qemu.intx) == 0);
}

TEST_CASE("the firmware changes what is RAM below 1 MiB", "[remote][qemu]") {
    Qemu qemu;
    qemu.attach();
    for (int pass = 0; pass < 2; ++pass) {
        qemu.send_unmap(0x0, 0xc0000);
        qemu.send_unmap(0xc0000, 0x20000);
        qemu.send_unmap(0xe0000, 0x20000);
        qemu.send_unmap(0x10'0000, 0x1ff0'0000);
        qemu.send_map(0x0, 0xc0000, true);
        qemu.send_map(0xc0000, 0x20000, pass == 0, pass == 0 ? 0xc0000 : 0);
        qemu.send_map(0xe0000, 0x20000, false);
        qemu.send_map(0x10'0000, 0x1ff0'0000, true, 0x10'0000);
        qemu.take_replies(8);
        CHECK(qemu.device.dma_write(0xc0000, 4, std::byte{1}) == (pass == 0));
    }
    CHECK(content(qemu.ram, 0xc0000, 4) == data_of(4, 1));
    CHECK(qemu.device.memory->maps().size() == 5);
}

TEST_CASE("a guest's writes to memory are posted, those to configuration space are not", "[remote][qemu]") {
    Qemu qemu;
    qemu.attach();
    for (std::uint32_t i = 0; i < 50; ++i) qemu.post(4 * i, i);
    CHECK_FALSE(qemu.sent());
    CHECK(qemu.read(4 * 49, 0, 4) == Buffer{std::byte{49}, {}, {}, {}});
    CHECK(qemu.write(0x10, config, 0xffff'ffff) == 0);
    CHECK(qemu.device.config[0x10] == std::byte{0xff});
}

TEST_CASE("a guest's line interrupt: signalled, spuriously again by its first read, and over when it is cleared",
          "[remote][qemu]") {
    Qemu qemu;
    qemu.attach();
    for (int interrupt = 0; interrupt < 100; ++interrupt) {
        qemu.device.line = true;
        qemu.session.raise_line();
        qemu.session.flush(qemu.now);
        REQUIRE(signals(qemu.intx) == 1);
        qemu.read(0, 0, 4);  // the handler asks whose it is, which QEMU takes for the end of the interrupt
        CHECK(qemu.set_irqs(0x11, vfio_user::intx_irq, 0, 1) == 0);
        REQUIRE(signals(qemu.intx) == 1);
        qemu.device.line = false;
        qemu.post(0, 1);
        CHECK(qemu.set_irqs(0x11, vfio_user::intx_irq, 0, 1) == 0);
        REQUIRE(signals(qemu.intx) == 0);
    }
}

TEST_CASE("a guest goes over to MSI and back", "[remote][qemu]") {
    Qemu qemu;
    qemu.attach();
    CHECK(qemu.write(0x44, config, 0xfee0'0000) == 0);
    CHECK(qemu.set_irqs(0x21, vfio_user::intx_irq, 0, 0) == 0);
    CHECK(qemu.set_irqs(0x24, vfio_user::msi_irq, 0, 1, copy_of(qemu.msi)) == 0);
    CHECK(qemu.write(0x40, config, 0x0001'0000) == 0);
    qemu.session.raise_message(0);
    qemu.session.flush(qemu.now);
    CHECK(signals(qemu.msi) == 1);
    CHECK(signals(qemu.intx) == 0);

    CHECK(qemu.set_irqs(0x21, vfio_user::msi_irq, 0, 0) == 0);
    CHECK(qemu.set_irqs(0x24, vfio_user::intx_irq, 0, 1, copy_of(qemu.intx)) == 0);
    qemu.session.raise_message(0);
    qemu.device.line = true;
    qemu.session.raise_line();
    qemu.session.flush(qemu.now);
    CHECK(signals(qemu.msi) == 0);
    CHECK(signals(qemu.intx) == 1);
}

TEST_CASE("a machine without shared memory gets its DMA by message, and its interrupt afterwards", "[remote][qemu]") {
    Qemu qemu;
    qemu.negotiate();
    CHECK(qemu.map(0, 0x2000'0000) == 0);
    CHECK(qemu.set_irqs(0x24, vfio_user::msi_irq, 0, 1, copy_of(qemu.msi)) == 0);
    qemu.device.when_written = [&qemu] {
        REQUIRE(qemu.device.dma_write(0x10'0000, 0x1000, std::byte{2}));
        qemu.session.raise_message(0);
    };
    qemu.post(0, 1);  // the doorbell
    qemu.session.flush(qemu.now);
    const auto write = qemu.sent();
    REQUIRE(write.has_value());
    CHECK(write->header.size == 32 + 0x1000);
    qemu.read(0, 0, 4);  // the guest looks at the card while QEMU's main loop has not come to the DMA yet
    CHECK(signals(qemu.msi) == 0);
    qemu.answer(*write, payload_of(vfio_user::DmaAccess{0x10'0000, 0x1000}));
    CHECK(signals(qemu.msi) == 1);
}

TEST_CASE("a guest with an IOMMU maps and unmaps hundreds of ranges, some of them never mapped", "[remote][qemu]") {
    Qemu qemu;
    qemu.negotiate();
    CHECK(qemu.unmap(0, 0x8000'0000) == ENOENT);
    CHECK(qemu.unmap(0x80'0000'0000, 0x80'0000'0000) == ENOENT);
    for (std::uint64_t page = 0; page < 280; ++page) qemu.send_map(0xf000'0000 + page * 4096, 4096, true, page * 4096);
    qemu.take_replies(280);
    REQUIRE(qemu.device.dma_write(0xf000'0ff0, 270 * 4096, std::byte{4}));
    for (std::uint64_t page = 0; page < 280; ++page) qemu.send_unmap(0xf000'0000 + page * 4096, 4096);
    qemu.take_replies(280);
    CHECK(qemu.device.memory->maps().empty());
    CHECK(content(qemu.ram, 0xff0, 4) == data_of(4, 4));
}
