// SPDX-License-Identifier: MIT
#include "formats.h"

#include <fmt/format.h>

#include <iterator>

namespace ghostcard::registers {
namespace {

std::string quoted(std::string_view text) {
    return fmt::format("\"{}\"", replaced(replaced(printable(text), "\\", "\\\\"), "\"", "\\\""));
}

/// SystemRDL 2.0, 9.4 to 9.6: what software (sw) and hardware (hw) may do.
std::string_view properties_of(Access access) {
    switch (access) {
        case Access::read_only: return "sw = r; hw = w;";
        case Access::read_write: return "sw = rw; hw = r;";
        case Access::write_1_to_clear: return "sw = rw; hw = w; woclr;";
        case Access::write_only: return "sw = w; hw = r;";
        case Access::self_clearing: return "sw = w; hw = r; singlepulse;";
    }
    return {};
}

void append_field(std::string& out, const FieldInfo& field) {
    const auto append = std::back_inserter(out);
    fmt::format_to(append, "        field {{\n            desc = {};\n            {}\n", quoted(field.description),
                   properties_of(field.access));
    if (!field.values.empty()) {
        fmt::format_to(append, "            enum {}_values {{\n", lower_case(field.name));
        for (const Enumerator& value : field.values)
            fmt::format_to(append, "                {} = {}'d{} {{ desc = {}; }};\n", value.name, field.width(),
                           value.value, quoted(value.description));
        fmt::format_to(append, "            }};\n            encode = {}_values;\n", lower_case(field.name));
    }
    fmt::format_to(append, "        }} {}[{}:{}] = {}'h{:X};\n", field.name, field.high, field.low, field.width(),
                   field.reset);
}

}  // namespace

std::string export_system_rdl(RegisterTable table) {
    std::string out;
    const auto append = std::back_inserter(out);
    fmt::format_to(append,
                   "// {}\naddrmap {} {{\n    desc = {};\n    littleendian;\n    default regwidth = 32;\n    default "
                   "accesswidth = 32;\n",
                   generated_notice, table.text().name, quoted(table.text().description));
    for (const RegisterInfo& info : table) {
        fmt::format_to(append, "\n    reg {{\n        desc = {};\n", quoted(info.description));
        for (const FieldInfo& field : info.fields) append_field(out, field);
        fmt::format_to(append, "    }} {} @ 0x{:03X};\n", info.name, info.offset);
    }
    out += "};\n";
    return out;
}

}  // namespace ghostcard::registers
