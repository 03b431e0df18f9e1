// SPDX-License-Identifier: MIT
#include "formats.h"

#include <ghostcard/base/input_error.h>

#include <fmt/format.h>

namespace ghostcard::registers {

ExportFormat parse_export_format(std::string_view name) {
    std::string allowed;
    for (const ExportFormat format : export_formats) {
        if (name == name_of(format)) return format;
        allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", name_of(format));
    }
    throw InputError(fmt::format("unknown register format '{}'; allowed are {}", name, allowed));
}

std::string export_registers(RegisterTable table, ExportFormat format) {
    switch (format) {
        case ExportFormat::table: return export_text_table(table);
        case ExportFormat::c: return export_c_header(table);
        case ExportFormat::md: return export_markdown(table);
        case ExportFormat::json: return export_json(table);
        case ExportFormat::svd: return export_cmsis_svd(table);
        case ExportFormat::ipxact: return export_ip_xact(table);
        case ExportFormat::rdl: return export_system_rdl(table);
    }
    return {};
}

std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n' || c == '\t') result += ' ';
        const auto code = static_cast<unsigned char>(c);
        if (code >= 0x20 && code != 0x7f) result += c;
    }
    return result;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string lower_case(std::string_view text) {
    std::string result{text};
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string bits_of(const FieldInfo& field) {
    return field.width() == 1 ? fmt::format("{}", field.low) : fmt::format("{}:{}", field.high, field.low);
}

}  // namespace ghostcard::registers
