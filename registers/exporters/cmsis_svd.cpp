// SPDX-License-Identifier: MIT
#include "xml.h"

#include <fmt/format.h>

namespace ghostcard::registers {
namespace {

void append_field(pugi::xml_node fields, const FieldInfo& info) {
    pugi::xml_node field = fields.append_child("field");
    append_text(field, "name", info.name);
    append_text(field, "description", info.description);
    append_text(field, "bitOffset", fmt::format("{}", info.low));
    append_text(field, "bitWidth", fmt::format("{}", info.width()));
    append_text(field, "access", xml_access(info.access));
    if (const auto effect = xml_write_effect(info.access); !effect.empty())
        append_text(field, "modifiedWriteValues", effect);
    if (info.values.empty()) return;
    pugi::xml_node values = field.append_child("enumeratedValues");
    for (const Enumerator& info_value : info.values) {
        pugi::xml_node value = values.append_child("enumeratedValue");
        append_text(value, "name", info_value.name);
        append_text(value, "description", info_value.description);
        append_text(value, "value", fmt::format("{}", info_value.value));
    }
}

void append_register(pugi::xml_node registers, const RegisterInfo& info) {
    pugi::xml_node node = registers.append_child("register");
    append_text(node, "name", info.name);
    append_text(node, "description", info.description);
    append_text(node, "addressOffset", fmt::format("0x{:03X}", info.offset));
    append_text(node, "resetValue", fmt::format("0x{:08X}", info.reset));
    pugi::xml_node fields = node.append_child("fields");
    for (const FieldInfo& field : info.fields) append_field(fields, field);
}

}  // namespace

// CMSIS-SVD 1.3, /device (Arm, "SVD file schema levels"). Addresses count from the start of the window.
std::string export_cmsis_svd(RegisterTable table) {
    pugi::xml_document document;
    pugi::xml_node device = append_root(document, "device");
    device.append_attribute("schemaVersion") = "1.3";
    append_text(device, "name", "ghostcard");
    append_text(device, "version", "1.0");
    append_text(device, "description", "PCI video capture card");
    append_text(device, "addressUnitBits", "8");
    append_text(device, "width", "32");
    append_text(device, "size", "32");
    append_text(device, "resetMask", "0xFFFFFFFF");

    pugi::xml_node peripheral = device.append_child("peripherals").append_child("peripheral");
    append_text(peripheral, "name", table.text().name);
    append_text(peripheral, "description", table.text().description);
    append_text(peripheral, "baseAddress", "0x0");
    pugi::xml_node block = peripheral.append_child("addressBlock");
    append_text(block, "offset", "0x0");
    append_text(block, "size", fmt::format("0x{:X}", table.extent()));
    append_text(block, "usage", "registers");
    pugi::xml_node registers = peripheral.append_child("registers");
    for (const RegisterInfo& info : table) append_register(registers, info);
    return to_text(document);
}

}  // namespace ghostcard::registers
