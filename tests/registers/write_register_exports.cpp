// SPDX-License-Identifier: MIT
// write_register_exports FOLDER: all exports of both tables, a C source that lists every macro of the C headers, and
// the configuration space as lspci -F reads it.
#include <ghostcard/base/register_file.h>
#include <ghostcard/registers/exporters/export_registers.h>
#include <ghostcard/registers/register_tables.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string>

using namespace ghostcard;
using namespace ghostcard::registers;

namespace {

std::ofstream create(const std::filesystem::path& path) {
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(path);
    return file;
}

void write_headers(const std::filesystem::path& folder) {
    std::ofstream constants = create(folder / "c_constants.c");
    constants << "#include \"card_registers.h\"\n#include \"config_registers.h\"\n#include \"c_constants.h\"\n"
                 "const struct c_constant c_constants[] = {\n";
    for (const RegisterTable& table : {card_register_table(), config_register_table()}) {
        const bool card = table.text().name == "CARD";
        const std::string header = export_registers(table, ExportFormat::c);
        create(folder / (card ? "card_registers.h" : "config_registers.h")) << header;

        std::istringstream words{header};
        for (std::string word, previous; words >> word; previous = word)
            if (previous == "#define" && word.starts_with("GC_"))
                constants << "    {\"" << word << "\", " << word << "},\n";
    }
    constants << "};\nconst unsigned long c_constant_count = sizeof c_constants / sizeof c_constants[0];\n";
}

/// Memory space and bus master on, BAR0 at 0xe0000000, interrupt line 11.
void write_config_dump(const std::filesystem::path& path) {
    RegisterFile config{config_register_table()};
    config.write(0x04, 0x00000006, 0x0000ffff);
    config.write(0x10, 0xe0000000);
    config.write(0x3c, 0x0000000b, 0x000000ff);

    std::ofstream file = create(path);
    file << "00:02.0 ghostcard\n" << std::hex << std::setfill('0');
    for (std::uint32_t offset = 0; offset < 256; ++offset) {
        if (offset % 16 == 0) file << std::setw(2) << offset << ':';
        file << ' ' << std::setw(2) << (config.read(offset / 4 * 4) >> (offset % 4 * 8) & 0xff);
        if (offset % 16 == 15) file << '\n';
    }
}

}  // namespace

int main(int argc, char* argv[]) try {
    if (argc != 2) return 2;
    const std::filesystem::path folder{argv[1]};
    std::filesystem::create_directories(folder);
    write_headers(folder);
    write_config_dump(folder / "config.dump");
    for (const ExportFormat format : {ExportFormat::svd, ExportFormat::ipxact, ExportFormat::rdl}) {
        const std::string extension = '.' + std::string{name_of(format)};
        create(folder / ("card" + extension)) << export_registers(card_register_table(), format);
        create(folder / ("config" + extension)) << export_registers(config_register_table(), format);
    }
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
