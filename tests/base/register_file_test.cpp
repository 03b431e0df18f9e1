// SPDX-License-Identifier: MIT
#include <ghostcard/base/register_file.h>

#include "tests/support/catch.h"

#include <stdexcept>

using namespace ghostcard;

namespace {

struct Identity {
    static constexpr std::uint32_t offset = 0x00;
    static constexpr Text text{"IDENTITY", ""};
    struct Number : Field<15, 0, Access::read_only, 7> {
        static constexpr Text text{"NUMBER", ""};
    };
    using fields = Fields<Number>;
};

struct Events {
    static constexpr std::uint32_t offset = 0x08;
    static constexpr Text text{"EVENTS", ""};
    struct Seen : Field<3, 0, Access::write_1_to_clear> {
        static constexpr Text text{"SEEN", ""};
    };
    struct Level : Field<15, 8, Access::read_write, 0x11> {
        static constexpr Text text{"LEVEL", ""};
    };
    struct Go : Bit<31, Access::self_clearing> {
        static constexpr Text text{"GO", ""};
    };
    using fields = Fields<Seen, Level, Go>;
};

RegisterFile make_file() { return RegisterFile{table_of<Map<Identity, Events>>()}; }

}  // namespace

TEST_CASE("a register file starts with the reset values", "[register_file]") {
    const RegisterFile file = make_file();
    CHECK(file.read(0x00) == 7);
    CHECK(file.read(0x08) == 0x1100);
}

TEST_CASE("a hole reads zero and loses writes", "[register_file]") {
    RegisterFile file = make_file();
    for (const std::uint32_t hole : {0x04u, 0x0cu, 0xfffffffcu}) {
        file.write(hole, 0xffffffff);
        CHECK(file.read(hole) == 0);
    }
    CHECK(file.read(0x00) == 7);
    CHECK(file.read(0x08) == 0x1100);
}

TEST_CASE("the bus side keeps the access rules", "[register_file]") {
    RegisterFile file = make_file();
    file.set(Value<Events>{}.with<Events::Seen>(0xf));
    file.write(0x08, 0x8000ff05);
    CHECK(file.read(0x08) == 0xff0a);
    file.write(0x08, 0xffffffff, 0x000000ff);
    CHECK(file.read(0x08) == 0xff00);
    file.write(0x00, 0);
    CHECK(file.read(0x00) == 7);
}

TEST_CASE("the device's side ignores the access rules", "[register_file]") {
    RegisterFile file = make_file();
    file.set(Value<Identity>{9});
    CHECK(file.get<Identity>().get<Identity::Number>() == 9);
    file.set(Value<Events>{}.with<Events::Seen>(5));
    file.set(file.get<Events>().with<Events::Seen>(6));
    CHECK(file.get<Events>().raw() == 6);
    file.set_raw(0x08, 3);
    CHECK(file.read(0x08) == 3);
}

TEST_CASE("bits that no field stores stay zero from the device's side, too", "[register_file]") {
    RegisterFile file = make_file();
    file.set_raw(0x00, 0xffffffff);
    file.set_raw(0x08, 0xffffffff);
    CHECK(file.read(0x00) == 0x0000ffff);
    CHECK(file.read(0x08) == 0x0000ff0f);
}

TEST_CASE("a reset restores every register", "[register_file]") {
    RegisterFile file = make_file();
    file.set_raw(0x00, 1);
    file.set_raw(0x08, 1);
    file.reset();
    CHECK(file.read(0x00) == 7);
    CHECK(file.read(0x08) == 0x1100);
}

TEST_CASE("an overridden reset value holds at once and after every reset", "[register_file]") {
    RegisterFile file = make_file();
    file.override_reset(0x00, 0x1234);
    file.override_reset(Value<Events>::reset().with<Events::Level>(0x22));
    for (int i = 0; i < 2; ++i) {
        CHECK(file.read(0x00) == 0x1234);
        CHECK(file.read(0x08) == 0x2200);
        file.set_raw(0x00, 0);
        file.set_raw(0x08, 0);
        file.reset();
    }
}

TEST_CASE("the device's side has no registers beyond the last", "[register_file]") {
    RegisterFile file = make_file();
    CHECK_THROWS_AS(file.set_raw(0x0c, 1), std::out_of_range);
    CHECK_THROWS_AS(file.override_reset(0x0c, 1), std::out_of_range);
}
