// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/register_tables.h>
#include <ghostcard/remote/client.h>
#include <ghostcard/remote/client_ports.h>

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "output.h"

namespace ghostcard::cli {
namespace {

using remote::vfio_user::config_region;

struct Request {
    std::string socket, operation, name;
    std::optional<std::string> value;
};

/// A register and the region that it lies in.
struct Place {
    std::uint32_t region;
    RegisterInfo info;
};

Place find(const std::string& name) {
    if (const RegisterInfo* const found = registers::card_register_table().find(std::string_view(name)))
        return {0, *found};
    if (const RegisterInfo* const found = registers::config_register_table().find(std::string_view(name)))
        return {config_region, *found};
    std::vector<std::string_view> names;
    for (const RegisterInfo& info : registers::card_register_table()) names.push_back(info.name);
    for (const RegisterInfo& info : registers::config_register_table()) names.push_back(info.name);
    throw InputError(fmt::format("'{}' is no register; there are {}", name, fmt::join(names, ", ")));
}

std::uint32_t parse(const std::string& text) {
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    const char* const begin = text.data() + (hexadecimal ? 2 : 0);
    const char* const end = text.data() + text.size();
    std::uint32_t value = 0;
    const auto [last, error] = std::from_chars(begin, end, value, hexadecimal ? 16 : 10);
    if (error != std::errc() || last != end)
        throw InputError(fmt::format("VALUE '{}' is no number from 0 to 0xffffffff", text));
    return value;
}

std::string description(const RegisterInfo& info, std::uint32_t value) {
    std::string text = fmt::format("{} {:#010x}\n", info.name, value);
    for (const FieldInfo& field : info.fields) {
        const std::uint32_t content = (value & field.mask()) >> field.low;
        text += fmt::format("  {:<20} {:#x}", field.name, content);
        for (const Enumerator& each : field.values)
            if (each.value == content) text += fmt::format(" {}", each.name);
        text += "\n";
    }
    return text;
}

ExitStatus poke(const Request& request, spdlog::logger&) {
    const Place place = find(request.name);
    const bool write = request.operation == "write";
    if (write != request.value.has_value())
        throw InputError(write ? "poke write takes a VALUE" : "poke read takes no VALUE");
    const std::uint32_t value = write ? parse(*request.value) : 0;
    remote::Client client(request.socket);
    remote::RegionWindow config(client, config_region);
    remote::RegionWindow window(client, place.region);
    // The card answers to accesses to its registers only where COMMAND allows it; a zero in STATUS leaves it alone.
    using registers::CommandStatus;
    const std::uint32_t command = config.read(CommandStatus::offset) & 0xffff;
    const bool opens = place.region != config_region;
    if (opens)
        config.write(CommandStatus::offset, Value<CommandStatus>{command}.with<CommandStatus::MemorySpace>(1).raw());
    if (write)
        window.write(place.info.offset, value);
    else
        print(description(place.info, window.read(place.info.offset)));
    if (opens) config.write(CommandStatus::offset, command);
    return ExitStatus::met;
}

}  // namespace

void add_poke_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("poke", "Read or write a register of a card on a socket");
    const auto request = std::make_shared<Request>();
    command->add_option("--socket", request->socket, "Of 'ghostcard serve'")->required()->type_name("PATH");
    command->add_option("OPERATION", request->operation, "read or write")
        ->required()
        ->check(CLI::IsMember({"read", "write"}))
        ->type_name("");
    command->add_option("REGISTER", request->name, "A name, as 'ghostcard regs' lists them")->required()->type_name("");
    command->add_option("VALUE", request->value, "Decimal, or hexadecimal with 0x")->type_name("");
    command->footer(
        "The card keeps its state from one client to the next.\n\n"
        "Examples:\n  ghostcard poke --socket /tmp/card.sock read STATUS\n"
        "  ghostcard poke --socket /tmp/card.sock write SCRATCH 0x1234");
    command->callback([&action, request] { action = [request](spdlog::logger& log) { return poke(*request, log); }; });
}

}  // namespace ghostcard::cli
