// SPDX-License-Identifier: MIT
#include "tests/bus/pcie/slot_bench.h"

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::registers;
using namespace ghostcard::tests;

TEST_CASE("only the device of the link answers to configuration requests", "[pcie][slot]") {
    with_bench([](SlotBench& bench) {
        CHECK(bench.config(0) == 0x6CA51234);
        CHECK(bench.config(0x100) == 0);  // no extended capability
        const Duration before = simulated_now();
        CHECK(bench.root.read_configuration(2, 0) == 0xffff'ffff);
        CHECK(simulated_now() == before);
    });
}

// PCIe 5.0, 7.5.1.2.1: a BAR that is written with all ones reads back its size.
TEST_CASE("BAR0 behind a link can be sized, placed, moved and switched off", "[pcie][slot]") {
    with_bench([](SlotBench& bench) {
        bench.config(BaseAddress0::offset, 0xffff'ffff);
        CHECK(bench.config(BaseAddress0::offset) == 0xffff'f000);
        bench.place(0xe000'0000);
        bench.root.write({0xe000'0010}, 0x1122'3344);
        CHECK(bench.root.read({0xe000'0010}) == 0x1122'3344);
        CHECK(bench.root.read({0xe000'1000}) == 0xffff'ffff);
        bench.place(0xd000'0000);
        CHECK(bench.root.read({0xd000'0010}) == 0x1122'3344);
        CHECK(bench.root.read({0xe000'0010}) == 0xffff'ffff);
        bench.config(CommandStatus::offset, 0);
        CHECK(bench.root.read({0xd000'0010}) == 0xffff'ffff);
    });
}

TEST_CASE("an unsupported request reads as all ones and shows in the device's status", "[pcie][slot]") {
    with_bench([](SlotBench& bench) {
        const auto noticed = [&] { return bench.config(DeviceControl::offset) >> 19 & 1u; };
        bench.place(0xe000'0000);
        CHECK(noticed() == 0);
        bench.device.refuses = true;
        CHECK(bench.root.read({0xe000'0000}) == 0xffff'ffff);
        CHECK(bench.tlps.back().tlp.status == CompletionStatus::unsupported_request);
        CHECK(noticed() == 1);
        bench.config(DeviceControl::offset, 1u << 19);
        CHECK(noticed() == 0);
    });
}

// x1 at 2.5 GT/s: 4 ns a byte. Request 20 bytes, completion 24.
TEST_CASE("a store ends when its TLP has arrived, a load when its completion has come back", "[pcie][slot]") {
    with_bench([](SlotBench& bench) {
        bench.place(0xe000'0000);
        sc_core::wait(10, sc_core::SC_US);
        const Duration begin = simulated_now();
        bench.root.write({0xe000'0000}, 1);
        CHECK(simulated_now() - begin == nanoseconds(4 + 24 * 4));  // begins with the next symbol
        CHECK(bench.device.accesses.back() == simulated_now());

        sc_core::wait(10, sc_core::SC_US);
        const Duration load = simulated_now();
        bench.root.read({0xe000'0000});
        CHECK(bench.device.accesses.back() - load == nanoseconds(4 + 20 * 4));
        CHECK(simulated_now() - bench.device.accesses.back() == nanoseconds(100 + 4 + 24 * 4));
    });
}

TEST_CASE("a load that follows writes finds them in memory", "[pcie][slot]") {
    with_bench(
        [](SlotBench& bench) {
            bench.place(0xe000'0000);
            std::vector<std::byte> data(64, std::byte{0x5a});
            bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data);
            CHECK(bench.seen(0x2000) == std::byte{0});
            bench.root.read({0xe000'0000});
            CHECK(bench.seen(0x2000) == std::byte{0x5a});
        },
        bench_settings(), {.delay = microseconds(5)});
}

TEST_CASE("an interrupt message pushes the writes that went up the link before it", "[pcie][slot]") {
    with_bench([](SlotBench& bench) {
        std::vector<std::byte> data(64, std::byte{0x5a});
        std::vector<std::byte> message(4);
        message[0] = std::byte{0x42};
        bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data);
        bench.dma(tlm::TLM_WRITE_COMMAND, 0xfee0'0000, message);
        const Duration sent = simulated_now();
        sc_core::wait(1, sc_core::SC_US);
        REQUIRE(bench.messages.size() == 1);
        CHECK(bench.messages[0].data == 0x42);
        CHECK(bench.messages[0].time == sent + nanoseconds(200));
        CHECK(bench.messages[0].byte_then == std::byte{0x5a});
    });
}

// The device's wire is a message on the link (PCIe 5.0, 2.2.8.1): it pushes writes, which PCI's INTA# does not.
TEST_CASE("INTA# reaches the CPU behind the data that was written before it", "[pcie][slot]") {
    with_bench(
        [](SlotBench& bench) {
            std::vector<std::byte> data(128, std::byte{0x5a});
            bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data);
            bench.device_inta.write(true);
            const Duration asserted = simulated_now();  // 596 ns: the next symbol begins at 600
            sc_core::wait(bench.cpu_inta.value_changed_event());
            CHECK(bench.cpu_inta.read());
            CHECK(simulated_now() == asserted + nanoseconds(4 + 24 * 4));
            CHECK(bench.tlps.back().tlp.kind == TlpKind::interrupt);

            bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data);
            const Duration written = simulated_now();
            bench.device_inta.write(false);
            sc_core::wait(bench.cpu_inta.value_changed_event());
            CHECK_FALSE(bench.cpu_inta.read());
            CHECK(simulated_now() > written);
            CHECK(bench.seen(0x2000) == std::byte{0x5a});
        },
        bench_settings(), {.delay = nanoseconds(50)});
    with_bench(
        [](SlotBench& bench) {
            std::vector<std::byte> data(128, std::byte{0x5a});
            bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data);
            const Duration written = simulated_now();
            bench.device_inta.write(true);
            sc_core::wait(bench.cpu_inta.value_changed_event());
            CHECK(simulated_now() == written + microseconds(3));  // when it is in memory
        },
        bench_settings(), {.delay = microseconds(3)});
}

// PCIe 5.0, 7.5.3.4.
TEST_CASE("software sets the sizes of TLPs in DEVICE_CONTROL, up to what the device supports", "[pcie][slot]") {
    PcieSettings settings = bench_settings();
    settings.max_payload = {256};
    with_bench(
        [](SlotBench& bench) {
            const auto size_of_first = [&](tlm::tlm_command command, std::uint32_t payload, std::uint32_t request) {
                bench.config(DeviceControl::offset, Value<DeviceControl>{}
                                                        .with<DeviceControl::MaxPayload>(payload)
                                                        .with<DeviceControl::MaxReadRequest>(request)
                                                        .raw());
                const Value<DeviceControl> control{bench.config(DeviceControl::offset)};
                CHECK(control.get<DeviceControl::MaxPayload>() == payload);
                CHECK(control.get<DeviceControl::MaxReadRequest>() == request);
                bench.tlps.clear();
                std::vector<std::byte> data(8192);
                bench.dma(command, 0x2000, data);
                return bench.tlps.front().tlp.bytes;
            };
            const Value<DeviceControl> reset{bench.config(DeviceControl::offset)};
            CHECK(reset.get<DeviceControl::MaxPayload>() == 1);
            CHECK(size_of_first(tlm::TLM_WRITE_COMMAND, 1, 2) == 256);
            CHECK(size_of_first(tlm::TLM_WRITE_COMMAND, 0, 2) == 128);
            CHECK(size_of_first(tlm::TLM_WRITE_COMMAND, 2, 2) == 256);
            CHECK(size_of_first(tlm::TLM_READ_COMMAND, 1, 0) == 128);
            CHECK(size_of_first(tlm::TLM_READ_COMMAND, 1, 5) == 4096);
            CHECK(size_of_first(tlm::TLM_READ_COMMAND, 1, 7) == 4096);  // reserved
        },
        settings);
}
