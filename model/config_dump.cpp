// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/model/config_dump.h>

#include <fmt/format.h>

namespace ghostcard::model {

using namespace registers;

std::string config_dump() {
    bus::pci::PciFunction function;
    function.write(BaseAddress0::offset, 0xe000'0000);
    function.write(CommandStatus::offset,
                   Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1).raw());

    std::string dump = "00:01.0 Multimedia video controller: ghostcard\n";
    for (std::uint32_t line = 0; line < bus::pci::PciFunction::configuration_bytes; line += 16) {
        dump += fmt::format("{:02x}:", line);
        for (std::uint32_t byte = line; byte < line + 16; ++byte)
            dump += fmt::format(" {:02x}", function.read(byte / 4 * 4) >> (8 * (byte % 4)) & 0xff);
        dump += '\n';
    }
    return dump + '\n';
}

}  // namespace ghostcard::model
