// SPDX-License-Identifier: MIT
#include "c_constants.h"
#include "card_registers.h"
#include "config_registers.h"

#include <ghostcard/registers/register_tables.h>

#include "tests/support/catch.h"

#include <map>
#include <string>

using namespace ghostcard;
using namespace ghostcard::registers;

namespace {

using Constants = std::map<std::string, unsigned long>;

Constants constants_of_tables() {
    Constants constants;
    const auto add = [&](const std::string& name, std::uint32_t value) {
        INFO(name);
        CHECK(constants.emplace(name, value).second);  // One meaning per name, even across the two headers.
    };
    for (const RegisterTable& table : {card_register_table(), config_register_table()}) {
        for (const RegisterInfo& info : table) {
            const std::string name = "GC_" + std::string{info.name};
            add(name, info.offset);
            add(name + "_RESET", info.reset);
            for (const FieldInfo& field : info.fields) {
                const std::string field_name = name + '_' + std::string{field.name};
                add(field_name, field.mask());
                add(field_name + "_SHIFT", field.low);
                for (const Enumerator& value : field.values)
                    add(field_name + '_' + std::string{value.name}, value.value);
            }
        }
    }
    return constants;
}

}  // namespace

TEST_CASE("the C headers give a C program the numbers of the tables and no others", "[registers][exports]") {
    Constants seen_by_c;
    for (unsigned long i = 0; i < c_constant_count; ++i) {
        INFO(c_constants[i].name);
        CHECK(seen_by_c.emplace(c_constants[i].name, c_constants[i].value).second);
    }
    CHECK(seen_by_c == constants_of_tables());
}

TEST_CASE("the C headers are good for C++", "[registers][exports]") {
    STATIC_REQUIRE(GC_IRQ_STATUS == 0x014);
    STATIC_REQUIRE(GC_IRQ_STATUS_FRAME_DONE == 1);
    STATIC_REQUIRE(GC_DMA_STATUS_ERROR_CODE == 0xff00);
    STATIC_REQUIRE(GC_DMA_STATUS_ERROR_CODE_SHIFT == 8);
    STATIC_REQUIRE(GC_DMA_STATUS_ERROR_CODE_LAYOUT == 12);
    STATIC_REQUIRE(GC_COMMAND_STATUS_BUS_MASTER == 4);
}
