// SPDX-License-Identifier: MIT
#include <ghostcard/base/register_table.h>

#include "tests/support/catch.h"

using namespace ghostcard;

namespace {

struct Mode {
    static constexpr std::uint32_t offset = 0x04;
    static constexpr Text text{"MODE", "What the device does."};

    struct Select : Field<5, 4, Access::read_write, 2> {
        static constexpr Text text{"SELECT", "Which way."};
        static constexpr std::array values{Enumerator{0, "OFF", "Nothing."}, Enumerator{2, "ON", "Something."}};
    };
    struct Event : Bit<31, Access::write_1_to_clear> {
        static constexpr Text text{"EVENT", "It has happened."};
    };
    using fields = Fields<Select, Event>;
};

struct Data {
    static constexpr std::uint32_t offset = 0x0c;
    static constexpr Text text{"DATA", "Anything."};

    struct Word : Field<31, 0, Access::read_write, 0xdeadbeef> {
        static constexpr Text text{"WORD", "Anything."};
    };
    using fields = Fields<Word>;
};

struct Device : Map<Mode, Data> {
    static constexpr Text text{"DEVICE", "A device."};
    static constexpr std::uint32_t extent = 0x100;
};

constexpr RegisterTable table = table_of<Device>();

}  // namespace

TEST_CASE("a table is made at compile time", "[register_table]") {
    STATIC_REQUIRE(table.size() == 2);
    STATIC_REQUIRE(table.find(0x04)->reset == 0x20);
    STATIC_REQUIRE(table.find(0x04)->fields[0].values[1].name == "ON");
}

TEST_CASE("a table describes its window", "[register_table]") {
    CHECK(table.text().name == "DEVICE");
    CHECK(table.extent() == 0x100);
    CHECK(table_of<Map<Mode, Data>>().extent() == 0x10);
}

TEST_CASE("a table describes registers and fields as declared", "[register_table]") {
    const RegisterInfo& mode = *table.begin();
    CHECK(mode.name == "MODE");
    CHECK(mode.description == "What the device does.");
    CHECK(mode.offset == 0x04);
    CHECK(mode.masks.read_write == 0x00000030);
    CHECK(mode.masks.write_1_to_clear == 0x80000000);
    CHECK(mode.masks.stored() == 0x80000030);

    REQUIRE(mode.fields.size() == 2);
    const FieldInfo& select = mode.fields[0];
    CHECK(select.name == "SELECT");
    CHECK(select.description == "Which way.");
    CHECK(select.high == 5);
    CHECK(select.low == 4);
    CHECK(select.width() == 2);
    CHECK(select.mask() == 0x30);
    CHECK(select.access == Access::read_write);
    CHECK(select.reset == 2);
    CHECK(select.values.size() == 2);
    CHECK(mode.fields[1].values.empty());
    CHECK(table.find(0x0c)->fields[0].mask() == 0xffffffff);
}

TEST_CASE("a register is found by offset and by name", "[register_table]") {
    CHECK(table.find(0x0c)->name == "DATA");
    CHECK(table.find("DATA")->offset == 0x0c);
    for (const std::uint32_t hole : {0x00u, 0x05u, 0x08u, 0x10u}) CHECK(table.find(hole) == nullptr);
    CHECK(table.find("data") == nullptr);
}
