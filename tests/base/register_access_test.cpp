// SPDX-License-Identifier: MIT
#include <ghostcard/base/typed_registers.h>

#include "tests/support/catch.h"

#include <map>

using namespace ghostcard;

namespace {

struct Control {
    static constexpr std::uint32_t offset = 0x24;
    static constexpr Text text{"CONTROL", ""};
    struct Run : Bit<3, Access::read_write> {
        static constexpr Text text{"RUN", ""};
    };
    using fields = Fields<Run>;
};

class FakeRegisters : public RegisterAccess {
public:
    std::uint32_t read(std::uint32_t offset) override { return words[offset]; }
    void write(std::uint32_t offset, std::uint32_t value) override { words[offset] = value; }

    std::map<std::uint32_t, std::uint32_t> words;
};

}  // namespace

TEST_CASE("a typed read reads the register's offset and keeps every bit", "[typed_registers]") {
    FakeRegisters registers;
    registers.words = {{0x20, 1}, {0x24, 0xa5a5a5af}, {0x28, 2}};
    CHECK(read<Control>(registers).raw() == 0xa5a5a5af);
    CHECK(read<Control>(registers).get<Control::Run>() == 1);
}

TEST_CASE("a typed write writes the register's offset only", "[typed_registers]") {
    FakeRegisters registers;
    write(registers, Value<Control>{}.with<Control::Run>(1));
    CHECK(registers.words == std::map<std::uint32_t, std::uint32_t>{{0x24, 8}});
}
