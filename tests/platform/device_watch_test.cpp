// SPDX-License-Identifier: MIT
#include "tests/support/simulation.h"

#include <ghostcard/base/typed_registers.h>
#include <ghostcard/platform/device_watch.h>
#include <ghostcard/platform/platform.h>
#include <ghostcard/registers/pci_config.h>

#include <vector>

using namespace ghostcard;
using namespace ghostcard::platform;
using namespace ghostcard::tests;

namespace {

/// Writes down what it is told.
struct Listener final : DeviceActivity {
    struct Access {
        BusRange range;
        bool write, bus_master;
    };

    void device_accessed(BusRange range, bool write, bool bus_master, Duration) override {
        accesses.push_back({range, write, bus_master});
    }
    void translation_fault(BusAddress address, bool write, Duration) override { faults.push_back({address, write}); }
    void device_programmed(BusRange, const SourceLocation&) override {}
    void register_accessed(bool) override {}
    void interrupt_taken(bool) override {}

    std::vector<Access> accesses;
    std::vector<std::pair<BusAddress, bool>> faults;
};

PlatformSettings computer(bool pcie, bus::TranslationKind translation) {
    PlatformSettings settings;
    settings.host.translation = translation;
    if (pcie) settings.pcie.emplace();
    return settings;
}

/// A write of the card's, as its bus tells of it.
void card_writes(Platform& platform, DeviceWatch& watch, BusAddress address) {
    if (platform.root_complex) {
        bus::pcie::TlpRecord record{};
        record.direction = bus::pcie::Direction::up;
        record.tlp.kind = bus::pcie::TlpKind::memory_write;
        record.tlp.address = address;
        record.tlp.bytes = 64;
        return watch.tlp(record);
    }
    bus::pci::TransactionRecord record{};
    record.master = Platform::card_master;
    record.command = bus::pci::Command::memory_write;
    record.address = address;
    record.bytes = 64;
    record.times = 1;
    watch.transaction(record);
}

}  // namespace

TEST_CASE("an access is told of with the card's COMMAND as it is then", "[platform][device_watch]") {
    for (const bool pcie : {false, true})
        in_own_simulation([pcie] {
            Platform platform(computer(pcie, bus::TranslationKind::identity),
                              {model::open_signal({"64x48@25", "noise", registers::PixelFormat::yuy2}, 1), 1, 10});
            Listener listener;
            DeviceWatch watch(platform, listener);
            platform.run(
                [&] {
                    using registers::CommandStatus;
                    card_writes(platform, watch, {0x1000});
                    write(platform.card_config, Value<CommandStatus>{}.with<CommandStatus::BusMaster>(1));
                    card_writes(platform, watch, {0x2000});
                    write(platform.card_config, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1));
                    card_writes(platform, watch, {0x3000});
                },
                milliseconds(1));
            REQUIRE(listener.accesses.size() == 3);
            CHECK_FALSE(listener.accesses[0].bus_master);
            CHECK(listener.accesses[1].bus_master);
            CHECK_FALSE(listener.accesses[2].bus_master);
            CHECK(listener.accesses[2].range == *BusRange::of({0x3000}, 64));
            CHECK(listener.accesses[2].write);
        });
}

TEST_CASE("what address translation refuses is told of on either bus, once and as no access",
          "[platform][device_watch]") {
    for (const bool pcie : {false, true})
        in_own_simulation([pcie] {
            Platform platform(computer(pcie, bus::TranslationKind::iommu),
                              {model::open_signal({"64x48@25", "noise", registers::PixelFormat::yuy2}, 1), 1, 10});
            Listener listener;
            DeviceWatch watch(platform, listener);
            platform.run(
                [&] {
                    using namespace registers;
                    write(platform.card_config,
                          Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1));
                    write(platform.card_registers, Value<DmaAddressLow>{0x10'0000});
                    write(platform.card_registers, Value<DmaLength>{64 * 48 * 2});
                    write(platform.card_registers, Value<DmaControl>{}.with<DmaControl::Go>(1));
                    write(platform.card_registers, Value<Control>{}.with<Control::Enable>(1));
                    platform.cpu.stall(milliseconds(90));
                    (void)read<InterruptStatus>(platform.card_registers);
                },
                seconds(1));
            REQUIRE_FALSE(listener.faults.empty());
            CHECK(listener.faults.size() == platform.host.fault_count());
            CHECK(listener.faults[0] == std::pair(BusAddress{0x10'0000}, true));
            CHECK(listener.accesses.empty());
        });
}
