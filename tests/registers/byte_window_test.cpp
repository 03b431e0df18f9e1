// SPDX-License-Identifier: MIT
#include <ghostcard/base/byte_window.h>
#include <ghostcard/base/little_endian.h>
#include <ghostcard/base/register_file.h>
#include <ghostcard/registers/register_tables.h>

#include <array>
#include <cstddef>
#include <vector>

#include "tests/support/catch.h"

using namespace ghostcard;

namespace {

/// The registers of configuration space, with an interrupt status that a one clears.
class Registers : public RegisterAccess {
public:
    std::uint32_t read(std::uint32_t offset) override { return file.read(offset); }
    void write(std::uint32_t offset, std::uint32_t value) override {
        writes.push_back({offset, value});
        file.write(offset, value, ~0u);
    }

    struct Write {
        std::uint32_t offset, value;
    };
    RegisterFile file{registers::config_register_table()};
    std::vector<Write> writes;
};

template <std::size_t size>
std::array<std::byte, size> bytes(std::uint64_t value) {
    std::array<std::byte, size> result{};
    store_little_endian(value, result);
    return result;
}

constexpr std::uint32_t command = 0x04, bar0 = 0x10, received_master_abort = 1u << 29;

}  // namespace

TEST_CASE("an access of any place and size reads the bytes that lie there", "[registers]") {
    Registers registers;
    ByteWindow window(registers, {registers::config_register_table()});
    std::array<std::byte, 8> all{};
    window.read(0, all);
    CHECK(load_little_endian(std::span(all).first(4)) == 0x6ca5'1234);
    std::array<std::byte, 2> device{};
    window.read(2, device);
    CHECK(load_little_endian(device) == 0x6ca5);
    std::array<std::byte, 3> across{};
    window.read(3, across);
    CHECK(load_little_endian(across) == (load_little_endian(all) >> 24 & 0xff'ffff));
}

TEST_CASE("a write to some bytes of a register leaves the others as they are", "[registers]") {
    Registers registers;
    ByteWindow window(registers, {registers::config_register_table()});
    window.write(bar0, bytes<4>(0xe123'4000));
    window.write(bar0 + 3, bytes<1>(0xd0));
    CHECK(registers.read(bar0) == 0xd023'4000);
}

TEST_CASE("a write to COMMAND clears nothing in STATUS", "[registers]") {
    Registers registers;
    registers.file.set_raw(command, received_master_abort);
    ByteWindow window(registers, {registers::config_register_table()});
    window.write(command, bytes<2>(0x0006));
    CHECK(registers.read(command) == (received_master_abort | 0x0006));
    window.write(command + 2, bytes<2>(received_master_abort >> 16));
    CHECK(registers.read(command) == 0x0006);
}

TEST_CASE("a write of whole registers reads none of them", "[registers]") {
    Registers registers;
    ByteWindow window(registers, {registers::config_register_table()});
    window.write(bar0, bytes<8>(0x0000'0000'e000'0000));
    REQUIRE(registers.writes.size() == 2);
    CHECK(registers.writes[0].offset == bar0);
    CHECK(registers.writes[0].value == 0xe000'0000);
    CHECK(registers.writes[1].offset == bar0 + 4);
}
