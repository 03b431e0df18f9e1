// SPDX-License-Identifier: MIT
#include <tests/dma/machine.h>
#include <tests/support/catch.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::registers;
using dma::DriverSettings;
using dma::DriverStatus;
using dma::InterruptKind;
using dma::Strategy;
using test::CardAccess;
using test::Machine;

namespace {

DriverSettings with_alignment(std::uint64_t alignment) {
    DriverSettings settings;
    settings.alignment = Bytes{alignment};
    return settings;
}

/// Where the first write of that register is in the trace; with a value, of just this value.
template <class Register>
std::ptrdiff_t first_write(const Machine& machine, std::uint32_t mask = 0) {
    const auto found = std::ranges::find_if(machine.card.trace, [mask](const CardAccess& access) {
        return access.is_write && access.offset == Register::offset && (access.value & mask) == mask;
    });
    REQUIRE(found != machine.card.trace.end());
    return found - machine.card.trace.begin();
}

template <class Register>
bool written(const Machine& machine) {
    return std::ranges::any_of(machine.card.trace, [](const CardAccess& access) {
        return access.is_write && access.offset == Register::offset;
    });
}

}  // namespace

TEST_CASE("start leaves the card armed, enabled and its interrupt connected", "[dma][driver]") {
    Machine machine;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    CHECK(machine.driver.status() == DriverStatus::ok);
    CHECK(machine.card.busy());
    CHECK(machine.card.card.get<Control>().get<Control::Enable>());
    CHECK(machine.interrupts.connected());
    CHECK(machine.card.config.get<CommandStatus>().get<CommandStatus::BusMaster>());
    CHECK(machine.adapter.outstanding() == 1);
    CHECK(machine.card.card.get<DmaLength>().raw() == machine.card.frame_length());
    CHECK(machine.card.card.get<VideoStride>().raw() == 2 * machine.card.width);
    machine.driver.stop();
    machine.check_all_given_back();
}

TEST_CASE("start resets the card before anything else is written, and arms it before it is enabled", "[dma][driver]") {
    Machine machine;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    const auto writes = std::ranges::find_if(machine.card.trace, &CardAccess::is_write);
    CHECK(*writes == CardAccess{true, Control::offset, Control::SoftReset::mask});
    const auto go = first_write<DmaControl>(machine, DmaControl::Go::mask);
    CHECK(first_write<InterruptEnable>(machine) < go);
    CHECK(first_write<DmaLength>(machine) < go);
    CHECK(first_write<VideoStride>(machine) < go);
    CHECK(go < first_write<Control>(machine, Control::Enable::mask));
}

TEST_CASE("the card cannot master the bus before it has been reset", "[dma][driver]") {
    Machine machine;
    machine.card.config.set(Value<CommandStatus>{0x6});  // as a crashed driver may leave it
    bool mastered_early = false;
    machine.card.before_access = [&](std::uint64_t) {
        const bool mastering = machine.card.config.get<CommandStatus>().get<CommandStatus::BusMaster>() != 0;
        mastered_early |= mastering && !machine.card.trace.empty() && !written<Control>(machine);
    };
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    CHECK_FALSE(mastered_early);
}

TEST_CASE("start programs what the settings say", "[dma][driver]") {
    DriverSettings settings;
    settings.pixel_format = GENERATE(PixelFormat::yuy2, PixelFormat::nv12, PixelFormat::rgb24);
    settings.pattern = Pattern::ramp;
    Machine machine(settings);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    CHECK(machine.card.card.get<VideoFormat>().get<VideoFormat::Format>() == settings.pixel_format);
    CHECK(machine.card.card.get<TestPattern>().get<TestPattern::Select>() == Pattern::ramp);
    const std::uint32_t stride = line_bytes(settings.pixel_format, machine.card.width);
    CHECK(machine.card.card.get<VideoStride>().raw() == stride);
    CHECK(machine.card.card.get<DmaLength>().raw() == frame_bytes(settings.pixel_format, machine.card.height, stride));
}

TEST_CASE("interrupts come by INTA# or by message, and never by both", "[dma][driver]") {
    DriverSettings settings;
    settings.interrupt = GENERATE(InterruptKind::intx, InterruptKind::msi);
    const bool messages = settings.interrupt == InterruptKind::msi;
    Machine machine(settings);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    const auto& config = machine.card.config;
    CHECK(config.get<CommandStatus>().get<CommandStatus::InterruptDisable>() == messages);
    CHECK(config.get<MessageCapability>().get<MessageCapability::Enable>() == messages);
    if (messages) {
        CHECK(config.get<MessageAddressLow>().raw() == 0xfee0'1000);
        CHECK(config.get<MessageData>().raw() == 0x4031);
    }
    machine.driver.stop();
    machine.check_all_given_back();
}

TEST_CASE("every operation meets what CAPABILITY demands", "[dma][driver]") {
    const unsigned alignment_log2 = GENERATE(0u, 6u, 12u, 16u);
    const unsigned boundary_log2 = GENERATE(0u, 9u, 12u);
    const auto constant = GENERATE(as<std::optional<std::uint64_t>>{}, 0, 5 * page_size, std::nullopt);
    DriverSettings settings;
    settings.buffers = GENERATE(1u, 2u, 5u);
    Machine machine(settings, constant);
    machine.card.card.override_reset(Value<Capability>::reset()
                                         .with<Capability::AlignmentLog2>(alignment_log2)
                                         .with<Capability::BoundaryLog2>(boundary_log2));
    machine.lend(8);
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.capture(7);
    CHECK(machine.driver.status() == DriverStatus::ok);
    CHECK(machine.driver.statistics().frames == 7);
    CHECK(machine.card.go_addresses.size() == 8);
    for (std::uint64_t number = 1; number <= 7; ++number) CHECK(machine.content_of(machine.received()) == number);
    machine.driver.stop();
    machine.check_all_given_back();
}

TEST_CASE("a 64-bit card is given both halves of its address", "[dma][driver]") {
    Machine machine({}, std::uint64_t{5} << 32);
    machine.card.card.override_reset(Value<Capability>::reset().with<Capability::AddressBits>(40));
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    CHECK(machine.card.go_addresses.at(0).value >> 32 == 5);
}

TEST_CASE("a 32-bit card's upper address register is left alone", "[dma][driver]") {
    Machine machine;
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    CHECK_FALSE(written<DmaAddressHigh>(machine));
}

TEST_CASE("the driver's own alignment takes the place of the card's", "[dma][driver]") {
    SECTION("a coarser one is kept") {
        Machine machine(with_alignment(8192));
        machine.lend(3);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        machine.capture(3);
        for (const BusAddress address : machine.card.go_addresses) CHECK(address.value % 8192 == 0);
    }
    SECTION("a finer one makes the card refuse the first frame that it does not suit") {
        Machine machine(with_alignment(64));
        machine.card.card.override_reset(Value<Capability>::reset().with<Capability::AlignmentLog2>(12));
        machine.lend(3);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        machine.capture(2);
        CHECK(machine.driver.status() == DriverStatus::dma_refused);
        CHECK(machine.last_word().find("ALIGNMENT") != std::string::npos);
        CHECK(machine.driver.statistics().dma_errors.at(DmaErrorCode::alignment) == 1);
        CHECK(machine.driver.statistics().frames == 1);
        CHECK(machine.queue.empty_buffers() == 0);  // the consumer has them all back
        machine.driver.stop();
        machine.check_all_given_back();
    }
}

TEST_CASE("a card that refuses its first operation ends the capture at once", "[dma][driver]") {
    Machine machine(with_alignment(64));
    machine.card.card.override_reset(Value<Capability>::reset().with<Capability::AlignmentLog2>(22));  // 4 MiB
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.settle();
    CHECK(machine.driver.status() == DriverStatus::dma_refused);
    CHECK(machine.driver.statistics().dma_operations == 1);
    CHECK_FALSE(machine.card.card.get<Control>().get<Control::Enable>());
    machine.driver.stop();
    CHECK(machine.driver.status() == DriverStatus::dma_refused);  // stopping is no reason to forget
    machine.check_all_given_back();
}

TEST_CASE("a start that cannot succeed says why and gives everything back", "[dma][driver]") {
    struct Case {
        DriverStatus status;
        const char* word;
        std::function<void(Machine&)> spoil;
        DriverSettings settings = {};
    };
    DriverSettings none, many, odd, huge, msi;
    none.buffers = 0;
    many.buffers = 17;
    odd.alignment = Bytes{48};
    huge.alignment = Bytes{1ull << 31};
    msi.interrupt = InterruptKind::msi;
    const auto capability = [](auto change) {
        return [change](Machine& machine) { machine.card.card.override_reset(change(Value<Capability>::reset())); };
    };
    const auto nothing = [](Machine&) {};
    const std::vector<Case> cases{
        {DriverStatus::invalid_settings, "1 to 16", nothing, none},
        {DriverStatus::invalid_settings, "1 to 16", nothing, many},
        {DriverStatus::invalid_settings, "power of two", nothing, odd},
        {DriverStatus::invalid_settings, "1 GiB", nothing, huge},
        {DriverStatus::no_device, "no device", [](Machine& m) { m.card.vanishes_at = 1; }},
        {DriverStatus::wrong_device, "found device 1234:6ca6",
         [](Machine& m) { m.card.config.override_reset(DeviceVendor::offset, 0x6ca6'1234); }},
        {DriverStatus::no_register_window, "BAR0", [](Machine& m) { m.card.config.set(Value<BaseAddress0>{}); }},
        {DriverStatus::no_power, "power",
         [](Machine& m) {
             m.card.config.set(Value<PowerControl>{3});
             m.card.ignores_power = true;
         }},
        {DriverStatus::no_message_interrupt, "host offers no message",
         [](Machine& m) { m.interrupts.offered = std::nullopt; }, msi},
        {DriverStatus::no_message_interrupt, "no MSI capability",
         [](Machine& m) { m.card.config.override_reset(PowerCapability::offset, 0x0003'0001); }, msi},
        {DriverStatus::wrong_card, "ID reads 0x12345678",
         [](Machine& m) { m.card.card.override_reset(Id::offset, 0x1234'5678); }},
        {DriverStatus::wrong_card, "VERSION is 2.7",
         [](Machine& m) { m.card.card.override_reset(Version::offset, 0x0002'0007); }},
        {DriverStatus::reset_timeout, "SOFT_RESET",
         [](Machine& m) {
             m.card.ignores_reset = true;
             m.card.card.set(Value<DmaStatus>{}.with<DmaStatus::Busy>(1));
         }},
        {DriverStatus::no_signal, "signal", [](Machine& m) { m.card.width = 0; }},
        {DriverStatus::no_signal, "signal", [](Machine& m) { m.card.height = 0; }},
        {DriverStatus::wrong_card, "CAPABILITY",
         capability([](auto value) { return value.template with<Capability::AddressBits>(65); })},
        {DriverStatus::frame_not_movable, "no multiple of the card's 1024 bytes",
         capability([](auto value) { return value.template with<Capability::LengthMultipleLog2>(10); })},
        {DriverStatus::frame_not_movable, "longest operation of 256 bytes",
         capability([](auto value) { return value.template with<Capability::MaxLengthLog2>(8); })},
        {DriverStatus::frame_not_movable, "cross a multiple of 256 bytes",
         capability([](auto value) { return value.template with<Capability::BoundaryLog2>(8); })},
        {DriverStatus::no_common_buffer, "no free run of memory",
         [](Machine& m) { m.card.width = m.card.height = 1024; }},
        {DriverStatus::no_common_buffer, "no bus addresses", [](Machine& m) { m.translation.fail_map(1); }},
    };
    for (const Case& c : cases) {
        INFO(name_of(c.status) << ": " << c.word);
        Machine machine(c.settings);
        machine.lend(2);
        c.spoil(machine);
        CHECK(machine.driver.start() == c.status);
        CHECK(machine.driver.status() == c.status);
        CHECK(machine.last_word().find(c.word) != std::string::npos);
        machine.settle();
        if (machine.queue.empty_buffers() != 0) machine.queue.cancel();
        machine.check_all_given_back();
    }
}

TEST_CASE("a card found in D3 is brought back, with its address", "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    machine.card.config.set(Value<PowerControl>{3});
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    CHECK((machine.card.config.get<BaseAddress0>().raw() & BaseAddress0::Base::mask) == 0xfeb0'0000);
    machine.capture();
    CHECK(machine.driver.statistics().frames == 1);
}

TEST_CASE("a start that failed can be repeated", "[dma][driver]") {
    Machine machine;
    machine.lend(1);
    machine.translation.fail_map(1);
    CHECK(machine.driver.start() == DriverStatus::no_common_buffer);
    CHECK(machine.driver.start() == DriverStatus::ok);
    CHECK(machine.driver.status() == DriverStatus::ok);
    machine.lend(1);
    machine.capture();
    CHECK(machine.driver.statistics().frames == 1);
}

TEST_CASE("the driver says what it has done, and when", "[dma][driver]") {
    Machine machine;
    const Duration before = machine.clock.now();
    REQUIRE(machine.driver.start() == DriverStatus::ok);
    machine.driver.stop();
    std::vector<std::string> texts;
    for (const auto& event : machine.driver.events()) {
        CHECK(event.time >= before);
        texts.push_back(event.text);
    }
    const std::string address = texts.at(3);
    texts[3].resize(texts[3].find("0x"));
    CHECK(texts == std::vector<std::string>{
                       "found 1234:6ca5, registers at 0xfeb00000, power management, MSI",
                       "32x8 YUY2, 512 bytes",
                       "the card wants multiples of 64 bytes at addresses of 32 bits",
                       "common buffer of 1024 bytes for 2 frames at bus address ",
                       "interrupts by INTA#",
                       "armed and enabled",
                       "stopped after 0 frames",
                   });
    CHECK(address.find(", frames at multiples of 64 bytes") != std::string::npos);
}

TEST_CASE("a physical address given to the card works only where it happens to be the bus address", "[dma][driver]") {
    DriverSettings settings;
    settings.strategy = Strategy::physical_address;
    SECTION("identity") {
        Machine machine(settings, 0);
        machine.lend(2);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        machine.capture(2);
        CHECK(machine.content_of(machine.received()) == 1);
        CHECK(machine.content_of(machine.received()) == 2);
    }
    SECTION("a constant that leads out of RAM") {
        Machine machine(settings, std::uint64_t{1} << 31);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        machine.capture(3);
        CHECK(machine.driver.status() == DriverStatus::dma_failed);
        CHECK(machine.driver.statistics().dma_errors.at(DmaErrorCode::master_abort) == 3);
    }
    SECTION("a constant that leads elsewhere in RAM: silent corruption") {
        Machine machine(settings, 0 - std::uint64_t{16} * page_size);
        machine.lend(1);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        machine.capture(1);
        CHECK(machine.driver.status() == DriverStatus::ok);
        CHECK(machine.content_of(machine.received()) == 0);
    }
    SECTION("page tables") {
        Machine machine(settings);
        REQUIRE(machine.driver.start() == DriverStatus::ok);
        machine.capture(3);
        CHECK(machine.driver.status() == DriverStatus::dma_failed);
    }
}
