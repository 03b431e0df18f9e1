// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_table.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace ghostcard::registers {

enum class ExportFormat {
    table,   ///< Text for people, at most 120 columns wide.
    c,       ///< C99 header, also good for C++.
    md,      ///< Markdown: the register chapter of the data sheet.
    json,    ///< One object; numbers are numbers.
    svd,     ///< CMSIS-SVD 1.3.
    ipxact,  ///< IP-XACT, IEEE 1685-2014.
    rdl,     ///< SystemRDL 2.0.
};

inline constexpr std::array export_formats{ExportFormat::table, ExportFormat::c,   ExportFormat::md,
                                           ExportFormat::json,  ExportFormat::svd, ExportFormat::ipxact,
                                           ExportFormat::rdl};

/// What parse_export_format reads.
constexpr std::string_view name_of(ExportFormat format) {
    constexpr std::array<std::string_view, 7> names{"table", "c", "md", "json", "svd", "ipxact", "rdl"};
    return names.at(static_cast<std::size_t>(format));
}

/// Throws InputError, which lists the formats, for any other name.
ExportFormat parse_export_format(std::string_view name);

/// A whole document, in UTF-8, with a line feed at its end.
std::string export_registers(RegisterTable table, ExportFormat format);

}  // namespace ghostcard::registers
