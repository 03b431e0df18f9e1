// SPDX-License-Identifier: MIT
// What holds for every register of both tables, whatever it is.
#include <ghostcard/base/random.h>
#include <ghostcard/base/register_file.h>
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/register_tables.h>

#include "tests/support/catch.h"

#include <cctype>
#include <functional>
#include <set>
#include <string>

using namespace ghostcard;
using namespace ghostcard::registers;

namespace {

constexpr std::uint32_t ones = 0xffffffff;

/// Calls check with a register and a fresh file that holds it.
void for_each_register(const std::function<void(const RegisterInfo&, RegisterFile&)>& check) {
    for (const RegisterTable& table : {card_register_table(), config_register_table()}) {
        for (const RegisterInfo& info : table) {
            INFO(info.name);
            RegisterFile file{table};
            check(info, file);
        }
    }
}

/// The rules again, bit by bit and in other words than the code under test.
bool expected_bit(const RegisterInfo& info, unsigned bit, bool before, bool written, bool enabled) {
    for (const FieldInfo& field : info.fields) {
        if (bit < field.low || bit > field.high) continue;
        switch (field.access) {
            case Access::read_only: return before;
            case Access::read_write: return enabled ? written : before;
            case Access::write_1_to_clear: return before && !(enabled && written);
            case Access::write_only:
            case Access::self_clearing: return false;
        }
    }
    return false;
}

}  // namespace

TEST_CASE("every register has the reset value of its fields", "[registers]") {
    for_each_register([](const RegisterInfo& info, RegisterFile& file) {
        std::uint32_t fields = 0;
        for (const FieldInfo& field : info.fields) fields |= field.reset << field.low;
        CHECK(info.reset == fields);
        CHECK(file.read(info.offset) == fields);
    });
}

TEST_CASE("every register's kinds of access cover its fields without overlap", "[registers]") {
    for_each_register([](const RegisterInfo& info, RegisterFile&) {
        std::uint32_t fields = 0;
        for (const FieldInfo& field : info.fields) {
            CHECK((fields & field.mask()) == 0);
            fields |= field.mask();
        }
        const AccessMasks& masks = info.masks;
        CHECK((masks.stored() | masks.write_only | masks.self_clearing) == fields);
        CHECK((masks.read_only ^ masks.read_write ^ masks.write_1_to_clear ^ masks.write_only ^ masks.self_clearing) ==
              fields);
    });
}

TEST_CASE("every read-only bit ignores writes", "[registers]") {
    for_each_register([](const RegisterInfo& info, RegisterFile& file) {
        const std::uint32_t mask = info.masks.read_only;
        for (const std::uint32_t content : {0u, 0x5a5a5a5au, ones}) {
            file.set_raw(info.offset, content);
            file.write(info.offset, ~content);
            CHECK((file.read(info.offset) & mask) == (content & mask));
        }
    });
}

TEST_CASE("every read-write bit takes what is written", "[registers]") {
    for_each_register([](const RegisterInfo& info, RegisterFile& file) {
        for (const std::uint32_t word : {ones, 0x5a5a5a5au, 0u}) {
            file.write(info.offset, word);
            CHECK((file.read(info.offset) & info.masks.read_write) == (word & info.masks.read_write));
        }
    });
}

TEST_CASE("every write-1-to-clear bit is cleared by a one of its own and never set", "[registers]") {
    for_each_register([](const RegisterInfo& info, RegisterFile& file) {
        const std::uint32_t mask = info.masks.write_1_to_clear;
        file.set_raw(info.offset, ones);
        file.write(info.offset, 0x55555555);
        CHECK((file.read(info.offset) & mask) == (mask & 0xaaaaaaaa));
        file.write(info.offset, 0x55555555);
        CHECK((file.read(info.offset) & mask) == (mask & 0xaaaaaaaa));
        file.write(info.offset, ones);
        CHECK((file.read(info.offset) & mask) == 0);
    });
}

TEST_CASE("every write-only, self-clearing and reserved bit reads zero", "[registers]") {
    for_each_register([](const RegisterInfo& info, RegisterFile& file) {
        file.write(info.offset, ones);
        CHECK((file.read(info.offset) & ~info.masks.stored()) == 0);
        file.set_raw(info.offset, ones);
        CHECK((file.read(info.offset) & ~info.masks.stored()) == 0);
    });
}

TEST_CASE("every register keeps the bytes that a write does not enable", "[registers]") {
    for_each_register([](const RegisterInfo& info, RegisterFile& file) {
        for (unsigned byte = 0; byte < 4; ++byte) {
            const std::uint32_t enabled = 0xffu << 8 * byte;
            file.set_raw(info.offset, 0x3cc3a55a);
            const std::uint32_t before = file.read(info.offset);
            file.write(info.offset, ones, enabled);
            CHECK((file.read(info.offset) & ~enabled) == (before & ~enabled));
        }
    });
}

TEST_CASE("every bit of every register follows the rule of its field", "[registers]") {
    Random random{1, "register access"};
    for_each_register([&](const RegisterInfo& info, RegisterFile& file) {
        for (int round = 0; round < 50; ++round) {
            file.set_raw(info.offset, static_cast<std::uint32_t>(random.next()));
            const std::uint32_t before = file.read(info.offset);
            const auto word = static_cast<std::uint32_t>(random.next());
            const auto byte_mask = static_cast<std::uint32_t>(random.next());
            std::uint32_t expected = 0;
            for (unsigned bit = 0; bit < 32; ++bit)
                if (expected_bit(info, bit, before >> bit & 1, word >> bit & 1, byte_mask >> bit & 1))
                    expected |= 1u << bit;
            file.write(info.offset, word, byte_mask);
            REQUIRE(file.read(info.offset) == expected);
        }
    });
}

TEST_CASE("a write changes no other register", "[registers]") {
    for (const RegisterTable& table : {card_register_table(), config_register_table()}) {
        for (const RegisterInfo& written : table) {
            RegisterFile file{table};
            file.write(written.offset, ones);
            for (std::uint32_t offset = 0; offset < table.extent(); offset += 4) {
                const RegisterInfo* other = table.find(offset);
                if (other != &written) CHECK(file.read(offset) == (other ? other->reset : 0));
            }
        }
    }
}

TEST_CASE("a driver's value and the device's file agree on every register", "[registers]") {
    const auto check = [](auto map, const RegisterTable& table) {
        CHECK(table.size() == map.count);
        map.for_each([&](auto r) {
            using Register = decltype(r);
            RegisterFile file{table};
            INFO(r.text.name);
            CHECK(file.get<Register>() == Value<Register>::reset());
            file.write(r.offset, 0x0f0f0f0f, 0x00ffff00);
            CHECK(file.get<Register>() == Value<Register>::reset().after_write(0x0f0f0f0f, 0x00ffff00));
        });
    };
    check(CardRegisters{}, card_register_table());
    check(ConfigRegisters{}, config_register_table());
}

TEST_CASE("every name is a name in every export and every text is one of printable ASCII", "[registers]") {
    const auto check_name = [](std::string_view name, std::set<std::string_view>& siblings) {
        INFO(name);
        CHECK(siblings.insert(name).second);
        CHECK(std::isupper(static_cast<unsigned char>(name.at(0))));
        for (const unsigned char c : name) CHECK((std::isupper(c) || std::isdigit(c) || c == '_'));
    };
    const auto check_text = [](std::string_view text) {
        INFO(text);
        REQUIRE_FALSE(text.empty());
        CHECK(text.back() == '.');
        for (const unsigned char c : text) CHECK((c < 0x80 && std::isprint(c)));
    };
    for (const RegisterTable& table : {card_register_table(), config_register_table()}) {
        std::set<std::string_view> names;
        for (const RegisterInfo& info : table) {
            check_name(info.name, names);
            check_text(info.description);
            std::set<std::string_view> field_names;
            for (const FieldInfo& field : info.fields) {
                check_name(field.name, field_names);
                check_text(field.description);
                std::set<std::string_view> value_names;
                std::set<std::uint32_t> numbers;
                for (const Enumerator& value : field.values) {
                    check_name(value.name, value_names);
                    check_text(value.description);
                    CHECK(numbers.insert(value.value).second);
                    CHECK(value.value <= field.mask() >> field.low);
                }
            }
        }
    }
}
