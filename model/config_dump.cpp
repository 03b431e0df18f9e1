// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pci_bridge.h>
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/pcie/express_capability.h>
#include <ghostcard/model/card.h>
#include <ghostcard/model/config_dump.h>

#include <fmt/format.h>

namespace ghostcard::model {

using namespace registers;

namespace {

constexpr BusAddress bar0{0xe000'0000};

template <class Words>
std::string dumped(const std::string& title, Words word) {
    std::string dump = title + '\n';
    for (std::uint32_t line = 0; line < bus::pci::PciFunction::configuration_bytes; line += 16) {
        dump += fmt::format("{:02x}:", line);
        for (std::uint32_t byte = line; byte < line + 16; ++byte)
            dump += fmt::format(" {:02x}", word(byte / 4 * 4) >> (8 * (byte % 4)) & 0xff);
        dump += '\n';
    }
    return dump + '\n';
}

std::string dumped_bridges(unsigned bridges) {
    std::string dump;
    for (unsigned i = 0; i < bridges; ++i) {
        RegisterFile bridge = bus::pci::bridge_configuration();
        for (const auto& [offset, value] :
             bus::pci::opening_writes(i, bridges, *BusRange::of(bar0, Card::bar0_size), {}))
            bridge.write(offset, value);
        dump += dumped(fmt::format("{:02x}:01.0 PCI bridge: ghostcard", i),
                       [&bridge](std::uint32_t offset) { return bridge.read(offset); });
    }
    return dump;
}

}  // namespace

std::string config_dump(const std::optional<bus::pcie::PcieSettings>& link, unsigned bridges) {
    bus::pci::PciFunction function;
    function.write(BaseAddress0::offset, static_cast<std::uint32_t>(bar0.value));
    function.write(CommandStatus::offset,
                   Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1).raw());

    const auto card = [&function](std::uint32_t offset) { return function.read(offset); };
    std::optional<bus::pcie::ExpressCapability> express;
    if (link) express.emplace(*link);
    const auto word = [&](std::uint32_t offset) { return express ? express->read(offset, card) : card(offset); };
    const std::string slot = link ? "01:00.0" : fmt::format("{:02x}:01.0", bridges);
    return dumped_bridges(link ? 0 : bridges) + dumped(slot + " Multimedia video controller: ghostcard", word);
}

}  // namespace ghostcard::model
