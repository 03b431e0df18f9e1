// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"

#include <ghostcard/bus/pci/pci_function.h>

using namespace ghostcard;
using namespace ghostcard::bus::pci;
using namespace ghostcard::registers;

namespace {

void write_command(PciFunction& function, Value<CommandStatus> value) {
    function.write(CommandStatus::offset, value.raw());
}
Value<CommandStatus> command(const PciFunction& function) {
    return Value<CommandStatus>{function.read(CommandStatus::offset)};
}

}  // namespace

TEST_CASE("COMMAND switches memory space and bus mastering each on its own", "[bus][function]") {
    PciFunction function;
    CHECK_FALSE(function.memory_enabled());
    CHECK_FALSE(function.bus_master_enabled());
    write_command(function, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1));
    CHECK(function.memory_enabled());
    CHECK_FALSE(function.bus_master_enabled());
    write_command(function, Value<CommandStatus>{}.with<CommandStatus::BusMaster>(1));
    CHECK_FALSE(function.memory_enabled());
    CHECK(function.bus_master_enabled());
}

TEST_CASE("received aborts stay in STATUS until a one is written", "[bus][function]") {
    PciFunction function;
    function.received_master_abort();
    function.received_target_abort();
    CHECK(command(function).get<CommandStatus::ReceivedMasterAbort>() == 1);
    write_command(function, Value<CommandStatus>{}.with<CommandStatus::ReceivedMasterAbort>(1));
    CHECK(command(function).get<CommandStatus::ReceivedMasterAbort>() == 0);
    CHECK(command(function).get<CommandStatus::ReceivedTargetAbort>() == 1);
}

TEST_CASE("Interrupt Disable and MSI each silence INTA#", "[bus][function]") {
    PciFunction function;
    CHECK(function.line_enabled());
    write_command(function, Value<CommandStatus>{}.with<CommandStatus::InterruptDisable>(1));
    CHECK_FALSE(function.line_enabled());
    write_command(function, {});
    function.write(MessageAddressLow::offset, 0xfee0'1000);
    function.write(MessageAddressHigh::offset, 0x1);
    function.write(MessageData::offset, 0x4041);
    CHECK_FALSE(function.message());
    function.write(MessageCapability::offset, Value<MessageCapability>{}.with<MessageCapability::Enable>(1).raw());
    CHECK_FALSE(function.line_enabled());
    REQUIRE(function.message());
    CHECK(function.message()->address == 0x1'fee0'1000);
    CHECK(function.message()->data == 0x4041);
}

// PCI Bus Power Management Interface Specification 1.2, 3.2.4 and 5.4.1.
TEST_CASE("D3hot silences the function, and leaving it is a reset", "[bus][function]") {
    PciFunction function;
    function.write(BaseAddress0::offset, 0xe000'0000);
    write_command(function,
                  Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1));
    function.write(PowerControl::offset, 1);  // D1 is not there
    CHECK(function.read(PowerControl::offset) == 0);
    function.write(PowerControl::offset, 3);
    CHECK_FALSE(function.memory_enabled());
    CHECK_FALSE(function.bus_master_enabled());
    CHECK(function.read(BaseAddress0::offset) == 0xe000'0000);
    function.write(PowerControl::offset, 0);
    CHECK(function.read(BaseAddress0::offset) == 0);
    CHECK_FALSE(function.memory_enabled());
}
