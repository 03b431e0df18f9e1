// SPDX-License-Identifier: MIT
#include "tests/bus/scratch_component.h"
#include "tests/bus/test_bus.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/host_bridge.h>
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/pci/pci_slot.h>

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pci;
using namespace ghostcard::registers;
using namespace ghostcard::tests;

namespace {

struct Bench {
    Bench() {
        slot.config_socket.bind(device.config_socket);
        slot.bar0_socket.bind(device.bar0_socket);
        device.dma_socket.bind(slot.dma_socket);
        bus.attach_observer(recorder);
    }
    std::uint32_t config(std::uint32_t offset) { return bridge.read_configuration(3, offset); }
    void config(std::uint32_t offset, std::uint32_t value) { bridge.write_configuration(3, offset, value); }
    void place(std::uint32_t base) {
        config(BaseAddress0::offset, base);
        config(CommandStatus::offset,
               Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1).raw());
    }
    tlm::tlm_response_status dma(std::uint64_t address, std::span<std::byte> data, DmaRun* run = nullptr) {
        tlm::tlm_generic_payload payload;
        payload.set_command(tlm::TLM_WRITE_COMMAND);
        payload.set_address(address);
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
        payload.set_data_length(static_cast<unsigned>(data.size()));
        payload.set_streaming_width(static_cast<unsigned>(data.size()));
        if (run) payload.set_extension(run);
        sc_core::sc_time delay;
        device.dma_socket->b_transport(payload, delay);
        if (run) payload.clear_extension(run);
        return payload.get_response_status();
    }

    HostMemory memory{1 << 20};
    CycleBus bus{"bus", PciSettings{.width = 64}};
    HostPort host{"host", memory, make_translation({}, memory), {.delay = Duration::zero()}};
    HostBridge bridge{"bridge", bus, host, {Decode::medium, 0, 0}, Duration::zero()};
    PciSlot slot{"slot", bus, {0, 3, 0}, 4096, {Decode::slow, 1, 0}};
    ScratchComponent device{"device"};
    Recorder recorder;
};

void with_bench(const std::function<void(Bench&)>& body) {
    in_own_simulation([&] {
        Bench bench;
        Thread thread("thread", [&] { body(bench); });
        simulate(thread);
    });
}

}  // namespace

TEST_CASE("a configuration access selects the device whose IDSEL wire it raises", "[bus][slot]") {
    with_bench([](Bench& bench) {
        CHECK(bench.config(0) == 0x6CA51234);
        CHECK(bench.recorder.records.back().address == BusAddress{1u << (11 + 3)});
        CHECK(bench.bridge.read_configuration(2, 0) == 0xffff'ffff);
    });
}

// PCI 2.3, 6.2.5.1: a BAR that is written with all ones reads back its size.
TEST_CASE("BAR0 can be sized, placed, moved and switched off", "[bus][slot]") {
    with_bench([](Bench& bench) {
        bench.config(BaseAddress0::offset, 0xffff'ffff);
        CHECK(bench.config(BaseAddress0::offset) == 0xffff'f000);
        bench.place(0xe000'0000);
        bench.bridge.write({0xe000'0010}, 0x1122'3344);
        CHECK(bench.bridge.read({0xe000'0010}) == 0x1122'3344);
        CHECK(bench.bridge.read({0xe000'1000}) == 0xffff'ffff);
        bench.place(0xd000'0000);
        CHECK(bench.bridge.read({0xd000'0010}) == 0x1122'3344);
        CHECK(bench.bridge.read({0xe000'0010}) == 0xffff'ffff);
        bench.config(CommandStatus::offset, 0);
        CHECK(bench.bridge.read({0xd000'0010}) == 0xffff'ffff);
    });
}

TEST_CASE("a register access takes the clocks of the device's own timing", "[bus][slot]") {
    with_bench([](Bench& bench) {
        bench.place(0xe000'0000);
        bench.bridge.read({0xe000'0000});
        const auto& record = bench.recorder.records.back();
        CHECK(record.first_data_clock == 5);  // slow decode, one wait state
        CHECK(record.clocks == 6);
    });
}

TEST_CASE("what the component refuses reads as all ones", "[bus][slot]") {
    with_bench([](Bench& bench) {
        bench.place(0xe000'0000);
        bench.device.refuses = true;
        CHECK(bench.bridge.read({0xe000'0000}) == 0xffff'ffff);
    });
}

TEST_CASE("a run of bursts is told of as it moves, and ends where it is stopped", "[bus][slot]") {
    struct Counting : DmaRun {
        std::vector<std::uint64_t> bursts;
        void moved(std::uint64_t bytes, Duration at) override {
            bursts.push_back(bytes);
            if (bursts.size() == 3) request_stop(at);
        }
    };
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(1024, std::byte{0x5a});
        Counting run;
        run.burst_bytes = 128;
        CHECK(bench.dma(0x2000, data, &run) == tlm::TLM_OK_RESPONSE);
        CHECK(run.honoured());
        CHECK(run.bursts == std::vector<std::uint64_t>{128, 128, 128});
        CHECK(bench.recorder.records.size() == 3);
    });
}

TEST_CASE("a payload without the extension is one transaction", "[bus][slot]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(1000, std::byte{0x5a});
        CHECK(bench.dma(0x2000, data) == tlm::TLM_OK_RESPONSE);
        CHECK(bench.recorder.records.size() == 1);
        CHECK(bench.recorder.records[0].data_phases == 125);
        bench.host.settle();
        const auto written = *bench.memory.at(*PhysicalRange::of({0x2000}, 1000));
        CHECK(std::equal(written.begin(), written.end(), data.begin()));
    });
}

TEST_CASE("aborts come back as TLM errors of their own", "[bus][slot]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(8192, std::byte{0x5a});
        CHECK(bench.dma(0x5000'0000, data) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(bench.dma((1 << 20) - 4096, data) == tlm::TLM_GENERIC_ERROR_RESPONSE);  // runs off the end of RAM
    });
}
