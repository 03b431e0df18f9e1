// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/pcie/express_capability.h>
#include <ghostcard/model/config_dump.h>

#include <fmt/format.h>

namespace ghostcard::model {

using namespace registers;

std::string config_dump(const std::optional<bus::pcie::PcieSettings>& link) {
    bus::pci::PciFunction function;
    function.write(BaseAddress0::offset, 0xe000'0000);
    function.write(CommandStatus::offset,
                   Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1).raw());

    const auto card = [&function](std::uint32_t offset) { return function.read(offset); };
    std::optional<bus::pcie::ExpressCapability> express;
    if (link) express.emplace(*link);
    const auto word = [&](std::uint32_t offset) { return express ? express->read(offset, card) : card(offset); };

    std::string dump = std::string(link ? "01:00.0" : "00:01.0") + " Multimedia video controller: ghostcard\n";
    for (std::uint32_t line = 0; line < bus::pci::PciFunction::configuration_bytes; line += 16) {
        dump += fmt::format("{:02x}:", line);
        for (std::uint32_t byte = line; byte < line + 16; ++byte)
            dump += fmt::format(" {:02x}", word(byte / 4 * 4) >> (8 * (byte % 4)) & 0xff);
        dump += '\n';
    }
    return dump + '\n';
}

}  // namespace ghostcard::model
