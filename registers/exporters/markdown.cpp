// SPDX-License-Identifier: MIT
#include "formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace ghostcard::registers {
namespace {

/// Fit for a cell of a table.
std::string cell(std::string_view text) { return replaced(printable(text), "|", "\\|"); }

/// Decimal for a number, hexadecimal for a pattern.
std::string reset_of(const FieldInfo& field) {
    return field.width() > 8 ? fmt::format("{:#x}", field.reset) : fmt::format("{}", field.reset);
}

void append_fields(std::string& out, const RegisterInfo& info) {
    std::vector<FieldInfo> highest_first(info.fields.begin(), info.fields.end());
    std::sort(highest_first.begin(), highest_first.end(),
              [](const FieldInfo& a, const FieldInfo& b) { return a.high > b.high; });

    out += "\n| Bits | Field | Access | Reset | Description |\n|---|---|---|---|---|\n";
    for (const FieldInfo& field : highest_first)
        fmt::format_to(std::back_inserter(out), "| {} | {} | {} | {} | {} |\n", bits_of(field), field.name,
                       name_of(field.access), reset_of(field), cell(field.description));
    for (const FieldInfo& field : highest_first) {
        if (field.values.empty()) continue;
        fmt::format_to(std::back_inserter(out), "\n| {} | Name | Meaning |\n|---|---|---|\n", field.name);
        for (const Enumerator& value : field.values)
            fmt::format_to(std::back_inserter(out), "| {} | {} | {} |\n", value.value, value.name,
                           cell(value.description));
    }
}

}  // namespace

std::string export_markdown(RegisterTable table) {
    std::string out;
    const auto append = std::back_inserter(out);
    fmt::format_to(append, "<!-- {} -->\n# Registers\n\n{}\n", generated_notice, printable(table.text().description));
    fmt::format_to(append,
                   "\nThe window covers {} bytes. Registers have 32 bits, little-endian, at offsets in bytes from its "
                   "start. Bits and offsets\nthat are not listed are reserved: they read zero and ignore writes.\n",
                   table.extent());
    out +=
        "\n| Access | Read | Write |\n|---|---|---|\n"
        "| RO, read-only | the value | ignored |\n"
        "| RW, read-write | the value | sets the value |\n"
        "| W1C, write 1 to clear | the value | a one clears the bit, a zero leaves it |\n"
        "| WO, write-only | zero | is acted upon and not stored |\n"
        "| SC, self-clearing | zero | a one starts something and is not stored |\n";

    out += "\n| Offset | Register | Reset | Description |\n|---|---|---|---|\n";
    for (const RegisterInfo& info : table)
        fmt::format_to(append, "| 0x{:03X} | [{}](#{}) | 0x{:08X} | {} |\n", info.offset, info.name,
                       lower_case(info.name), info.reset, cell(info.description));
    for (const RegisterInfo& info : table) {
        fmt::format_to(append, "\n## {}\n\nOffset 0x{:03X}, reset 0x{:08X}. {}\n", info.name, info.offset, info.reset,
                       printable(info.description));
        append_fields(out, info);
    }
    return out;
}

}  // namespace ghostcard::registers
