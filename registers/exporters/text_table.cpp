// SPDX-License-Identifier: MIT
#include "formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ghostcard::registers {
namespace {

constexpr std::size_t page_width = 120;

/// Appends the text behind what stands in the last line, broken between words before page_width; every further line is
/// indented up to `column`.
void append_wrapped(std::string& out, std::size_t column, std::string_view text) {
    std::size_t position = column;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        if (position > column && position + 1 + word.size() > page_width) {
            out += '\n';
            out.append(column, ' ');
            position = column;
        } else if (position > column) {
            out += ' ';
            ++position;
        }
        out += word;
        position += word.size();
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    out += '\n';
}

}  // namespace

std::string export_text_table(RegisterTable table) {
    std::size_t name_width = 0;
    for (const RegisterInfo& info : table)
        for (const FieldInfo& field : info.fields) name_width = std::max(name_width, field.name.size());

    std::string out;
    append_wrapped(out, 0, printable(table.text().description));
    for (const RegisterInfo& info : table) {
        fmt::format_to(std::back_inserter(out), "\n0x{:03X}  {}, reset 0x{:08X}\n       ", info.offset, info.name,
                       info.reset);
        append_wrapped(out, 7, printable(info.description));
        for (const FieldInfo& field : info.fields) {
            fmt::format_to(std::back_inserter(out), "       {:>5}  {:<3}  {:<{}}  ", bits_of(field),
                           name_of(field.access), field.name, name_width);
            append_wrapped(out, 21 + name_width, printable(field.description));
            for (const Enumerator& value : field.values) {
                out.append(21 + name_width, ' ');
                const std::string label = fmt::format("{} {}: ", value.value, value.name);
                out += label;
                append_wrapped(out, 21 + name_width + label.size(), printable(value.description));
            }
        }
    }
    return out;
}

}  // namespace ghostcard::registers
