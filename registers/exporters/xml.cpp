// SPDX-License-Identifier: MIT
#include "xml.h"

#include <sstream>

namespace ghostcard::registers {

pugi::xml_node append_root(pugi::xml_document& document, const char* name) {
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    document.append_child(pugi::node_comment).set_value(generated_notice);
    return document.append_child(name);
}

void append_text(pugi::xml_node parent, const char* name, std::string_view text) {
    parent.append_child(name).text() = printable(text).c_str();
}

std::string to_text(const pugi::xml_document& document) {
    std::ostringstream out;
    document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
    return out.str();
}

std::string_view xml_access(Access access) {
    switch (access) {
        case Access::read_only: return "read-only";
        case Access::read_write:
        case Access::write_1_to_clear: return "read-write";
        case Access::write_only:
        case Access::self_clearing: return "write-only";
    }
    return {};
}

std::string_view xml_write_effect(Access access) {
    switch (access) {
        case Access::write_1_to_clear: return "oneToClear";
        case Access::self_clearing: return "oneToSet";
        case Access::read_only:
        case Access::read_write:
        case Access::write_only: break;
    }
    return {};
}

}  // namespace ghostcard::registers
