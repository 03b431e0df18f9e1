// SPDX-License-Identifier: MIT
#include <ghostcard/base/register_file.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/register_tables.h>

#include "tests/support/catch.h"

#include <array>
#include <cstdio>
#include <string>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::registers;

namespace {

std::uint32_t byte_at(const RegisterFile& config, std::uint32_t offset) {
    return config.read(offset / 4 * 4) >> (offset % 4 * 8) & 0xff;
}

std::string output_of(const std::string& command) {
    std::FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    std::array<char, 4096> buffer;
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), count);
    CHECK(pclose(pipe) == 0);
    return output;
}

}  // namespace

TEST_CASE("the capability list leads through power management to MSI and ends", "[registers]") {
    const RegisterFile config{config_register_table()};
    CHECK(config.get<CommandStatus>().get<CommandStatus::CapabilitiesList>() == 1);
    std::vector<std::uint32_t> identifiers;
    for (std::uint32_t at = byte_at(config, 0x34); at != 0; at = byte_at(config, at + 1)) {
        REQUIRE(at % 4 == 0);
        REQUIRE(identifiers.size() < 48);
        identifiers.push_back(byte_at(config, at));
    }
    CHECK(identifiers == std::vector<std::uint32_t>{0x01, 0x05});
}

// PCI 2.3, 6.2.2: memory space, bus master, memory write and invalidate, fast back-to-back, interrupt disable.
TEST_CASE("only what the card can do can be set in the command register", "[registers]") {
    RegisterFile config{config_register_table()};
    config.write(0x04, 0x0000ffff);
    CHECK((config.read(0x04) & 0xffff) == 0x0616);
}

TEST_CASE("a 16 bit write to the command register leaves the status bits alone", "[registers]") {
    RegisterFile config{config_register_table()};
    config.set(Value<CommandStatus>::reset().with<CommandStatus::ReceivedMasterAbort>(1));
    config.write(0x04, 0xffff0006, 0x0000ffff);
    CHECK(config.get<CommandStatus>().get<CommandStatus::ReceivedMasterAbort>() == 1);
    config.write(0x04, 0x20000000, 0xffff0000);
    CHECK(config.get<CommandStatus>().get<CommandStatus::ReceivedMasterAbort>() == 0);
    CHECK(config.get<CommandStatus>().get<CommandStatus::BusMaster>() == 1);
}

// PCI 2.3, 6.2.5.1: how configuration software learns the size of a window.
TEST_CASE("BAR0 tells by what sticks that it is 4 KiB of memory, and the other BARs that they are none",
          "[registers]") {
    RegisterFile config{config_register_table()};
    for (std::uint32_t bar = 0x10; bar <= 0x24; bar += 4) config.write(bar, 0xffffffff);
    CHECK(config.read(0x10) == 0xfffff000);
    for (std::uint32_t bar = 0x14; bar <= 0x24; bar += 4) CHECK(config.read(bar) == 0);
}

TEST_CASE("the latency timer counts in steps of 8 clocks", "[registers]") {
    RegisterFile config{config_register_table()};
    config.write(0x0c, 0xffffffff);
    CHECK(config.read(0x0c) == 0x0000f8ff);
}

TEST_CASE("a message address is a multiple of 4 and message data have 16 bits", "[registers]") {
    RegisterFile config{config_register_table()};
    for (std::uint32_t offset = 0x54; offset <= 0x5c; offset += 4) config.write(offset, 0xffffffff);
    CHECK(config.read(0x54) == 0xfffffffc);
    CHECK(config.read(0x58) == 0xffffffff);
    CHECK(config.read(0x5c) == 0x0000ffff);
}

TEST_CASE("lspci decodes the configuration space", "[registers]") {
    CHECK(output_of(LSPCI " -F " EXPORTS "/config.dump -vvv -n 2>/dev/null") ==
          "00:02.0 0400: 1234:6ca5 (rev 01)\n"
          "\tSubsystem: 1234:0001\n"
          "\tControl: I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx-\n"
          "\tStatus: Cap+ 66MHz+ UDF- FastB2B- ParErr- DEVSEL=medium >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-\n"
          "\tLatency: 0 (2000ns min, 10000ns max)\n"
          "\tInterrupt: pin A routed to IRQ 11\n"
          "\tRegion 0: Memory at e0000000 (32-bit, non-prefetchable)\n"
          "\tCapabilities: [40] Power Management version 3\n"
          "\t\tFlags: PMEClk- DSI- D1- D2- AuxCurrent=0mA PME(D0-,D1-,D2-,D3hot-,D3cold-)\n"
          "\t\tStatus: D0 NoSoftRst- PME-Enable- DSel=0 DScale=0 PME-\n"
          "\tCapabilities: [50] MSI: Enable- Count=1/1 Maskable- 64bit+\n"
          "\t\tAddress: 0000000000000000  Data: 0000\n"
          "\n");
}
