// SPDX-License-Identifier: MIT
#include "xml.h"

#include <fmt/format.h>

namespace ghostcard::registers {
namespace {

void append_field(pugi::xml_node parent, const FieldInfo& info) {
    pugi::xml_node field = parent.append_child("ipxact:field");
    append_text(field, "ipxact:name", info.name);
    append_text(field, "ipxact:description", info.description);
    append_text(field, "ipxact:bitOffset", fmt::format("{}", info.low));
    append_text(field.append_child("ipxact:resets").append_child("ipxact:reset"), "ipxact:value",
                fmt::format("'h{:X}", info.reset));
    append_text(field, "ipxact:bitWidth", fmt::format("{}", info.width()));
    const bool set_by_device = info.access == Access::read_only || info.access == Access::write_1_to_clear;
    append_text(field, "ipxact:volatile", set_by_device ? "true" : "false");
    append_text(field, "ipxact:access", xml_access(info.access));
    if (!info.values.empty()) {
        pugi::xml_node values = field.append_child("ipxact:enumeratedValues");
        for (const Enumerator& info_value : info.values) {
            pugi::xml_node value = values.append_child("ipxact:enumeratedValue");
            append_text(value, "ipxact:name", info_value.name);
            append_text(value, "ipxact:description", info_value.description);
            append_text(value, "ipxact:value", fmt::format("{}", info_value.value));
        }
    }
    if (const auto effect = xml_write_effect(info.access); !effect.empty())
        append_text(field, "ipxact:modifiedWriteValue", effect);
}

void append_register(pugi::xml_node block, const RegisterInfo& info) {
    pugi::xml_node node = block.append_child("ipxact:register");
    append_text(node, "ipxact:name", info.name);
    append_text(node, "ipxact:description", info.description);
    append_text(node, "ipxact:addressOffset", fmt::format("'h{:X}", info.offset));
    append_text(node, "ipxact:size", "32");
    for (const FieldInfo& field : info.fields) append_field(node, field);
}

}  // namespace

// IEEE 1685-2014, clause 6, component descriptions. Addresses count from the start of the window.
std::string export_ip_xact(RegisterTable table) {
    pugi::xml_document document;
    pugi::xml_node component = append_root(document, "ipxact:component");
    component.append_attribute("xmlns:ipxact") = "http://www.accellera.org/XMLSchema/IPXACT/1685-2014";
    append_text(component, "ipxact:vendor", "ghostcard");
    append_text(component, "ipxact:library", "ghostcard");
    append_text(component, "ipxact:name", "ghostcard");
    append_text(component, "ipxact:version", "1.0");

    pugi::xml_node map = component.append_child("ipxact:memoryMaps").append_child("ipxact:memoryMap");
    append_text(map, "ipxact:name", table.text().name);
    append_text(map, "ipxact:description", table.text().description);
    pugi::xml_node block = map.append_child("ipxact:addressBlock");
    append_text(block, "ipxact:name", "registers");
    append_text(block, "ipxact:baseAddress", "0");
    append_text(block, "ipxact:range", fmt::format("{}", table.extent()));
    append_text(block, "ipxact:width", "32");
    append_text(block, "ipxact:usage", "register");
    for (const RegisterInfo& info : table) append_register(block, info);
    append_text(map, "ipxact:addressUnitBits", "8");
    return to_text(document);
}

}  // namespace ghostcard::registers
