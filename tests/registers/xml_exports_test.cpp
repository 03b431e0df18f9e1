// SPDX-License-Identifier: MIT
#include <ghostcard/registers/exporters/export_registers.h>
#include <ghostcard/registers/register_tables.h>

#include "tests/support/catch.h"

#include <pugixml.hpp>

#include <iterator>
#include <string>
#include <string_view>

using namespace ghostcard;
using namespace ghostcard::registers;

namespace {

pugi::xml_document parsed(const RegisterTable& table, ExportFormat format) {
    pugi::xml_document document;
    REQUIRE(document.load_string(export_registers(table, format).c_str()));
    return document;
}

/// "31", "0x1F" or "'h1F".
std::uint32_t number(std::string text) {
    if (text.starts_with("'h")) text.replace(0, 2, "0x");
    return static_cast<std::uint32_t>(std::stoul(text, nullptr, 0));
}

/// What both XML formats say of access, in words of this test.
std::string access_of(const pugi::xml_node& field, const std::string& prefix, const char* effect) {
    return std::string{field.child_value((prefix + "access").c_str())} + ' ' + field.child_value(effect);
}
std::string_view expected_access(Access access) {
    switch (access) {
        case Access::read_only: return "read-only ";
        case Access::read_write: return "read-write ";
        case Access::write_1_to_clear: return "read-write oneToClear";
        case Access::write_only: return "write-only ";
        case Access::self_clearing: return "write-only oneToSet";
    }
    return {};
}

/// The fields of one register; prefix is that of the format's element names.
void check_fields(const RegisterInfo& info, const pugi::xml_node& parent, const std::string& prefix,
                  const char* effect) {
    auto node = parent.child((prefix + "field").c_str());
    for (const FieldInfo& field : info.fields) {
        INFO(field.name);
        const auto child = [&](const char* name) { return node.child((prefix + name).c_str()); };
        CHECK(child("name").text().get() == field.name);
        CHECK(child("description").text().get() == field.description);
        CHECK(number(child("bitOffset").text().get()) == field.low);
        CHECK(number(child("bitWidth").text().get()) == field.width());
        CHECK(access_of(node, prefix, effect) == expected_access(field.access));
        auto value_node = child("enumeratedValues").first_child();
        for (const Enumerator& value : field.values) {
            CHECK(value_node.child((prefix + "name").c_str()).text().get() == value.name);
            CHECK(number(value_node.child((prefix + "value").c_str()).text().get()) == value.value);
            value_node = value_node.next_sibling();
        }
        CHECK_FALSE(value_node);
        node = node.next_sibling();
    }
    CHECK_FALSE(node);
}

}  // namespace

TEST_CASE("the CMSIS-SVD export says what the table says", "[registers][exports]") {
    for (const RegisterTable& table : {card_register_table(), config_register_table()}) {
        const pugi::xml_document document = parsed(table, ExportFormat::svd);
        const pugi::xml_node peripheral = document.child("device").child("peripherals").child("peripheral");
        CHECK(peripheral.child("name").text().get() == table.text().name);
        CHECK(number(peripheral.child("addressBlock").child("size").text().get()) == table.extent());
        auto node = peripheral.child("registers").first_child();
        for (const RegisterInfo& info : table) {
            INFO(info.name);
            CHECK(node.child("name").text().get() == info.name);
            CHECK(node.child("description").text().get() == info.description);
            CHECK(number(node.child("addressOffset").text().get()) == info.offset);
            CHECK(number(node.child("resetValue").text().get()) == info.reset);
            check_fields(info, node.child("fields"), "", "modifiedWriteValues");
            node = node.next_sibling();
        }
        CHECK_FALSE(node);
    }
}

TEST_CASE("the IP-XACT export says what the table says", "[registers][exports]") {
    for (const RegisterTable& table : {card_register_table(), config_register_table()}) {
        const pugi::xml_document document = parsed(table, ExportFormat::ipxact);
        const pugi::xml_node block =
            document.first_element_by_path("ipxact:component/ipxact:memoryMaps/ipxact:memoryMap/ipxact:addressBlock");
        CHECK(number(block.child("ipxact:range").text().get()) == table.extent());
        auto node = block.child("ipxact:register");
        for (const RegisterInfo& info : table) {
            INFO(info.name);
            CHECK(node.child("ipxact:name").text().get() == info.name);
            CHECK(number(node.child("ipxact:addressOffset").text().get()) == info.offset);
            std::uint32_t reset = 0;
            for (const pugi::xml_node field : node.children("ipxact:field"))
                reset |= number(field.child("ipxact:resets").child("ipxact:reset").child_value("ipxact:value"))
                         << number(field.child_value("ipxact:bitOffset"));
            CHECK(reset == info.reset);
            check_fields(info, node, "ipxact:", "ipxact:modifiedWriteValue");
            node = node.next_sibling();
        }
        CHECK_FALSE(node);
    }
}
