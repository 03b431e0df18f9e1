// SPDX-License-Identifier: MIT
#include <ghostcard/dma/card_probe.h>
#include <ghostcard/dma/driver_status.h>
#include <ghostcard/registers/pci_config.h>
#include <tests/dma/fake_clock.h>
#include <tests/dma/scripted_registers.h>
#include <tests/support/catch.h>

#include <cstdint>

using namespace ghostcard;
using namespace ghostcard::registers;
using dma::CardProbe;
using dma::DriverFailure;
using dma::DriverStatus;
using test::FakeClock;
using test::ScriptedRegisters;

namespace {

// Noise in bits that the specification reserves.
constexpr std::uint32_t bar_noise = 0x0000'0ff0;
constexpr std::uint32_t pointer_noise = 0xabcd'ef03;

ScriptedRegisters& expect_header(ScriptedRegisters& config, std::uint32_t bar = 0xfeb0'0000) {
    return config.expect_read(Value<DeviceVendor>::reset())
        .expect_read(Value<ClassRevision>::reset())
        .expect_read(Value<LatencyHeader>{0x0080'4010})  // bit 7 of the header type: more functions
        .expect_read(BaseAddress0::offset, bar | bar_noise);
}
ScriptedRegisters& expect_capabilities(ScriptedRegisters& config) {
    return config.expect_read(Value<CommandStatus>::reset())
        .expect_read(CapabilitiesPointer::offset, 0x40 | pointer_noise)
        .expect_read(0x40, 0x0003'5001)
        .expect_read(0x50, 0x0080'0005);
}

DriverStatus failure_of(ScriptedRegisters& config) {
    try {
        const CardProbe probe(config);
    } catch (const DriverFailure& failure) {
        CHECK(config.finished());
        CHECK_FALSE(std::string(failure.what()).empty());
        return failure.status();
    }
    return DriverStatus::ok;
}

}  // namespace

TEST_CASE("the probe reads the header and walks the capability list, and writes nothing", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config);
    expect_capabilities(config);
    const CardProbe probe(config);
    CHECK(config.finished());
    CHECK(probe.description() == "found 1234:6ca5, registers at 0xfeb00000, power management, MSI");
}

TEST_CASE("an empty slot is no device", "[dma][probe]") {
    ScriptedRegisters config;
    config.expect_read(DeviceVendor::offset, 0xffff'ffff);
    CHECK(failure_of(config) == DriverStatus::no_device);
}

TEST_CASE("another device, another class and another kind of header are refused", "[dma][probe]") {
    ScriptedRegisters config;
    SECTION("another device") {
        config.expect_read(DeviceVendor::offset, 0x6ca6'1234).expect_read(Value<ClassRevision>::reset());
    }
    SECTION("another vendor") {
        config.expect_read(DeviceVendor::offset, 0x6ca5'1235).expect_read(Value<ClassRevision>::reset());
    }
    SECTION("another class") {
        config.expect_read(Value<DeviceVendor>::reset()).expect_read(ClassRevision::offset, 0x0400'0101);
    }
    SECTION("a bridge") {
        config.expect_read(Value<DeviceVendor>::reset())
            .expect_read(Value<ClassRevision>::reset())
            .expect_read(LatencyHeader::offset, 0x0001'0000);
    }
    CHECK(failure_of(config) == DriverStatus::wrong_device);
}

TEST_CASE("another revision is the same card", "[dma][probe]") {
    ScriptedRegisters config;
    config.expect_read(Value<DeviceVendor>::reset())
        .expect_read(ClassRevision::offset, 0x0400'0077)
        .expect_read(LatencyHeader::offset, 0)
        .expect_read(BaseAddress0::offset, 0xfeb0'0000)
        .expect_read(CommandStatus::offset, 0);  // without a capability list
    CHECK(failure_of(config) == DriverStatus::ok);
    CHECK(config.finished());
}

TEST_CASE("a BAR0 without an address, or in I/O space, is no register window", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config, GENERATE(0u, 0xfeb0'0001u));
    CHECK(failure_of(config) == DriverStatus::no_register_window);
}

TEST_CASE("a capability list that runs in a circle ends the probe", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config).expect_read(Value<CommandStatus>::reset()).expect_read(CapabilitiesPointer::offset, 0x40);
    for (int i = 0; i < 24; ++i) config.expect_read(0x40, 0x5009).expect_read(0x50, 0x4009);  // 48 is all that can be
    CHECK(failure_of(config) == DriverStatus::wrong_device);
}

TEST_CASE("a capability list that leads into the header ends the probe", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config)
        .expect_read(Value<CommandStatus>::reset())
        .expect_read(CapabilitiesPointer::offset, 0x40)
        .expect_read(0x40, 0x3c01);
    CHECK(failure_of(config) == DriverStatus::wrong_device);
}

TEST_CASE("a card in D0 is left alone", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config);
    expect_capabilities(config);
    CardProbe probe(config);
    FakeClock clock;
    const Duration before = clock.now();
    config.expect_read(PowerControl::offset, 0xffff'fffc);
    probe.power_up(clock);
    CHECK(config.finished());
    CHECK(clock.now() == before);
}

TEST_CASE("a card in D3 is given 10 ms to return to D0, and its header back", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config);
    expect_capabilities(config);
    CardProbe probe(config);
    FakeClock clock;
    const Duration before = clock.now();
    config.expect_read(PowerControl::offset, 0x0000'0103)
        .expect_read(LatencyHeader::offset, 0x0000'4010)
        .expect_read(BaseAddress0::offset, 0xfeb0'0000)
        .expect_read(InterruptLine::offset, 0x2808'010b)
        .expect_write(PowerControl::offset, 0x0000'0100)
        .expect_write(LatencyHeader::offset, 0x0000'4010)
        .expect_write(BaseAddress0::offset, 0xfeb0'0000)
        .expect_write(InterruptLine::offset, 0x2808'010b);
    SECTION("and it does") {
        config.expect_read(PowerControl::offset, 0x0000'0100);
        probe.power_up(clock);
    }
    SECTION("and it does not") {
        config.expect_read(PowerControl::offset, 0x0000'0103);
        CHECK_THROWS_AS(probe.power_up(clock), DriverFailure);
    }
    CHECK(config.finished());
    CHECK(clock.now() - before == milliseconds(10));
}

TEST_CASE("isolating a card leaves only its register window, and clears no status bit", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config);
    expect_capabilities(config);
    CardProbe probe(config);
    config.expect_read(0x50, 0x0081'0005)
        .expect_write(0x50, 0x0080'0005)
        .expect_read(CommandStatus::offset, 0xf930'0104)  // aborts latched, bus mastering on
        .expect_write(CommandStatus::offset, 0x0000'0502);
    probe.isolate();
    CHECK(config.finished());
}

TEST_CASE("a message is programmed before it is enabled", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config);
    expect_capabilities(config);
    CardProbe probe(config);
    config.expect_read(0x50, 0x0080'0005)
        .expect_write(0x54, 0xfee0'1000)
        .expect_write(0x58, 0x0000'0002)
        .expect_write(0x5c, 0x0000'4031)
        .expect_read(0x50, 0x0080'0005)
        .expect_write(0x50, 0x0081'0005);
    probe.use_message({0x2'fee0'1000, 0x4031});
    CHECK(config.finished());
}

TEST_CASE("a capability with a 32-bit address takes only such a message", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config)
        .expect_read(Value<CommandStatus>::reset())
        .expect_read(CapabilitiesPointer::offset, 0x70)
        .expect_read(0x70, 0x0000'0005);
    CardProbe probe(config);
    config.expect_read(0x70, 0x0000'0005);
    SECTION("above 4 GiB") { CHECK_THROWS_AS(probe.use_message({0x1'0000'0000, 1}), DriverFailure); }
    SECTION("below 4 GiB") {
        config.expect_write(0x74, 0xfee0'1000)
            .expect_write(0x78, 0x0000'0001)
            .expect_read(0x70, 0x0000'0005)
            .expect_write(0x70, 0x0001'0005);
        probe.use_message({0xfee0'1000, 1});
    }
    CHECK(config.finished());
}

TEST_CASE("a card without the MSI capability has no message to send", "[dma][probe]") {
    ScriptedRegisters config;
    expect_header(config).expect_read(CommandStatus::offset, 0);
    CardProbe probe(config);
    CHECK_THROWS_AS(probe.use_message({0xfee0'1000, 1}), DriverFailure);
    config.expect_read(CommandStatus::offset, 0).expect_write(CommandStatus::offset, 0x0402);
    probe.isolate();  // and has none to disable
    CHECK(config.finished());
}

TEST_CASE("bus mastering comes with INTA# or without", "[dma][probe]") {
    const bool line = GENERATE(true, false);
    ScriptedRegisters config;
    expect_header(config);
    expect_capabilities(config);
    CardProbe probe(config);
    config.expect_read(CommandStatus::offset, 0x0010'0402).expect_write(CommandStatus::offset, line ? 0x0006 : 0x0406);
    probe.allow_bus_master(line);
    CHECK(config.finished());
}
