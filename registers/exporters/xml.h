// SPDX-License-Identifier: MIT
#pragma once

#include "formats.h"

#include <pugixml.hpp>

#include <string>
#include <string_view>

/// What CMSIS-SVD and IP-XACT share: both are XML and use the same words for access.
namespace ghostcard::registers {

/// The XML declaration, the notice as a comment, and the root element, which is returned.
pugi::xml_node append_root(pugi::xml_document& document, const char* name);
void append_text(pugi::xml_node parent, const char* name, std::string_view text);
std::string to_text(const pugi::xml_document& document);

/// A field whose reads always give zero counts as write-only.
std::string_view xml_access(Access access);
/// What writing does, or nothing if it stores the value written.
std::string_view xml_write_effect(Access access);

}  // namespace ghostcard::registers
