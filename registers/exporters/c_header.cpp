// SPDX-License-Identifier: MIT
#include "formats.h"

#include <fmt/format.h>

#include <iterator>

namespace ghostcard::registers {
namespace {

std::string comment(std::string_view text) {
    return fmt::format("/* {} */", replaced(replaced(printable(text), "*/", "* /"), "/*", "/ *"));
}

}  // namespace

std::string export_c_header(RegisterTable table) {
    std::string out;
    const auto line = [&out](fmt::string_view format, const auto&... values) {
        fmt::vformat_to(std::back_inserter(out), format, fmt::make_format_args(values...));
        out += '\n';
    };
    const std::string guard = fmt::format("GHOSTCARD_{}_REGISTERS_H", table.text().name);

    line("{}", comment(generated_notice));
    line("{}", comment(table.text().description));
    line("");
    line(
        "/* GC_REGISTER is an offset in bytes, GC_REGISTER_FIELD the mask of a field in place, GC_REGISTER_FIELD_SHIFT "
        "its");
    line("   lowest bit, GC_REGISTER_FIELD_NAME a value of it, not shifted, GC_REGISTER_RESET the value after reset.");
    line(
        "   RO: read-only. RW: read-write. W1C: a one written clears. WO: reads zero. SC: starts something, reads "
        "zero. */");
    line("#ifndef {}", guard);
    line("#define {}", guard);
    for (const RegisterInfo& info : table) {
        line("");
        line("{}", comment(info.description));
        line("#define GC_{} 0x{:03X}u", info.name, info.offset);
        line("#define GC_{}_RESET 0x{:08X}u", info.name, info.reset);
        for (const FieldInfo& field : info.fields) {
            line("#define GC_{}_{} 0x{:08X}u {}", info.name, field.name, field.mask(),
                 comment(fmt::format("{}: {}", name_of(field.access), field.description)));
            line("#define GC_{}_{}_SHIFT {}u", info.name, field.name, field.low);
            for (const Enumerator& value : field.values)
                line("#define GC_{}_{}_{} {}u {}", info.name, field.name, value.name, value.value,
                     comment(value.description));
        }
    }
    line("");
    line("#endif");
    return out;
}

}  // namespace ghostcard::registers
