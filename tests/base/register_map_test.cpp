// SPDX-License-Identifier: MIT
#include <ghostcard/base/register_map.h>

#include "tests/support/catch.h"

#include <stdexcept>
#include <string>
#include <type_traits>

using namespace ghostcard;

namespace {

enum class Speed : std::uint32_t { slow, fast };

struct Mixed {
    static constexpr std::uint32_t offset = 0x08;
    static constexpr Text text{"MIXED", "One field of every kind of access."};

    struct Ready : Bit<0, Access::read_only, 1> {
        static constexpr Text text{"READY", ""};
    };
    struct Count : Field<15, 8, Access::read_write, 0x5a> {
        static constexpr Text text{"COUNT", ""};
    };
    struct Speed : Bit<16, Access::read_write, ::Speed::fast> {
        static constexpr Text text{"SPEED", ""};
    };
    struct Event : Field<21, 20, Access::write_1_to_clear, 3> {
        static constexpr Text text{"EVENT", ""};
    };
    struct Command : Field<27, 24, Access::write_only> {
        static constexpr Text text{"COMMAND", ""};
    };
    struct Go : Bit<31, Access::self_clearing> {
        static constexpr Text text{"GO", ""};
    };
    using fields = Fields<Ready, Count, Speed, Event, Command, Go>;
};

struct Whole {
    static constexpr std::uint32_t offset = 0x10;
    static constexpr Text text{"WHOLE", "One field of 32 bits."};

    struct Data : Field<31, 0, Access::read_write> {
        static constexpr Text text{"DATA", ""};
    };
    using fields = Fields<Data>;
};

using Registers = Map<Mixed, Whole>;

template <class A, class B>
concept EqualityComparable = requires(A a, B b) {
    a == b;
};

}  // namespace

TEST_CASE("a field knows its bits", "[register_map]") {
    STATIC_REQUIRE(Mixed::Ready::mask == 0x00000001);
    STATIC_REQUIRE(Mixed::Count::mask == 0x0000ff00);
    STATIC_REQUIRE(Mixed::Go::mask == 0x80000000);
    STATIC_REQUIRE(Whole::Data::mask == 0xffffffff);
}

TEST_CASE("the reset value of a register is made of those of its fields", "[register_map]") {
    STATIC_REQUIRE(Value<Mixed>::reset().raw() == 0x00315a01);
    STATIC_REQUIRE(Value<Whole>::reset().raw() == 0);
}

TEST_CASE("a value without initialiser is zero", "[register_map]") { STATIC_REQUIRE(Value<Mixed>{}.raw() == 0); }

TEST_CASE("a field is read and replaced without touching the others", "[register_map]") {
    constexpr auto value = Value<Mixed>{0xffffffff}.with<Mixed::Count>(0x12);
    STATIC_REQUIRE(value.raw() == 0xffff12ff);
    STATIC_REQUIRE(value.get<Mixed::Count>() == 0x12);
    STATIC_REQUIRE(value.with<Mixed::Go>(0).raw() == 0x7fff12ff);
    STATIC_REQUIRE(Value<Whole>{}.with<Whole::Data>(0xffffffff).get<Whole::Data>() == 0xffffffff);
}

TEST_CASE("a field whose reset value is an enumerator holds that enumeration", "[register_map]") {
    STATIC_REQUIRE(std::is_same_v<Mixed::Speed::type, ::Speed>);
    STATIC_REQUIRE(Value<Mixed>::reset().get<Mixed::Speed>() == ::Speed::fast);
    STATIC_REQUIRE(Value<Mixed>{}.with<Mixed::Speed>(::Speed::fast).raw() == 0x00010000);
}

TEST_CASE("a value that a field cannot hold is refused", "[register_map]") {
    CHECK(Value<Mixed>{}.with<Mixed::Count>(0xff).raw() == 0xff00);
    CHECK_THROWS_AS(Value<Mixed>{}.with<Mixed::Count>(0x100), std::out_of_range);
    CHECK_THROWS_AS(Value<Mixed>{}.with<Mixed::Go>(2), std::out_of_range);
}

TEST_CASE("a write changes each field by its access", "[register_map]") {
    constexpr auto before = Value<Mixed>::reset();
    STATIC_REQUIRE(before.after_write(0x00000000).raw() == 0x00300001);  // Read-only stays, a zero clears nothing.
    STATIC_REQUIRE(before.after_write(0xffffffff).raw() == 0x0001ff01);  // Reserved, write-only, self-clearing: zero.
    STATIC_REQUIRE(before.after_write(0x00100000).raw() == 0x00200001);  // A one clears only its own bit.
}

TEST_CASE("a write touches only bytes whose enable is active", "[register_map]") {
    constexpr auto before = Value<Mixed>::reset();
    STATIC_REQUIRE(before.after_write(0xffffffff, 0).raw() == before.raw());
    STATIC_REQUIRE(before.after_write(0xffffffff, 0x0000ff00).raw() == 0x0031ff01);
    STATIC_REQUIRE(before.after_write(0xfffe00ff, 0x00ff0000).raw() == 0x00005a01);
}

TEST_CASE("a write drops reserved bits that were there before", "[register_map]") {
    STATIC_REQUIRE(Value<Mixed>{0xffffffff}.after_write(0, 0).raw() == 0x0031ff01);
}

TEST_CASE("what was read from a device keeps its reserved bits", "[register_map]") {
    STATIC_REQUIRE(Value<Mixed>{0x00c000fe}.raw() == 0x00c000fe);
}

TEST_CASE("fields and values belong to one register only", "[register_map]") {
    STATIC_REQUIRE(FieldOf<Mixed::Count, Mixed>);
    STATIC_REQUIRE_FALSE(FieldOf<Whole::Data, Mixed>);
    STATIC_REQUIRE(EqualityComparable<Value<Mixed>, Value<Mixed>>);
    STATIC_REQUIRE_FALSE(EqualityComparable<Value<Mixed>, Value<Whole>>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::uint32_t, Value<Mixed>>);
}

TEST_CASE("a map knows its registers", "[register_map]") {
    STATIC_REQUIRE(Registers::count == 2);
    STATIC_REQUIRE(Registers::extent == 0x14);
    STATIC_REQUIRE(Registers::contains<Mixed>);
    STATIC_REQUIRE_FALSE(Registers::contains<int>);

    std::string names;
    Registers::for_each([&](auto r) { names += std::string{r.text.name} + ' '; });
    CHECK(names == "MIXED WHOLE ");
}

TEST_CASE("every access has the data sheet's abbreviation", "[register_map]") {
    CHECK(name_of(Access::read_only) == "RO");
    CHECK(name_of(Access::read_write) == "RW");
    CHECK(name_of(Access::write_1_to_clear) == "W1C");
    CHECK(name_of(Access::write_only) == "WO");
    CHECK(name_of(Access::self_clearing) == "SC");
}
