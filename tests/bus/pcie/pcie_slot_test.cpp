// SPDX-License-Identifier: MIT
#include "tests/support/simulation.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/pcie/pcie_slot.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/pcie_capability.h>

#include <algorithm>
#include <optional>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::registers;
using namespace ghostcard::tests;

namespace {

/// Somebody's TLM component with a configuration header and 4 KiB of scratch memory behind BAR0.
class Device : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Device> config_socket{"config_socket"};
    tlm_utils::simple_target_socket<Device> bar0_socket{"bar0_socket"};
    tlm_utils::simple_initiator_socket<Device> dma_socket{"dma_socket"};
    pci::PciFunction function;
    std::vector<std::byte> scratch = std::vector<std::byte>(4096);
    bool refuses = false;
    std::vector<Duration> accesses;

    explicit Device(const sc_core::sc_module_name& name) : sc_module(name) {
        config_socket.register_b_transport(this, &Device::config);
        config_socket.register_transport_dbg(this, &Device::debug);
        bar0_socket.register_b_transport(this, &Device::bar0);
    }

private:
    static std::span<std::byte> bytes(tlm::tlm_generic_payload& payload) {
        return {reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length()};
    }
    unsigned debug(tlm::tlm_generic_payload& payload) {
        store_little_endian(function.read(static_cast<std::uint32_t>(payload.get_address())), bytes(payload));
        return payload.get_data_length();
    }
    void config(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
        function.write(static_cast<std::uint32_t>(payload.get_address()),
                       static_cast<std::uint32_t>(load_little_endian(bytes(payload))));
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    void bar0(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
        accesses.push_back(simulated_now());
        payload.set_response_status(refuses ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
        const auto place = scratch.begin() + static_cast<std::ptrdiff_t>(payload.get_address());
        if (payload.is_read())
            std::copy_n(place, payload.get_data_length(), bytes(payload).begin());
        else
            std::copy_n(bytes(payload).begin(), payload.get_data_length(), place);
    }
};

PcieSettings bench_settings() {
    return {.generation = 1,
            .lanes = 1,
            .max_payload = {128},
            .skp = false,
            .read_latency = {.minimum = nanoseconds(300), .spread = {}, .tail_per_million = 0},
            .completer_latency = nanoseconds(100)};
}

struct Bench : MessageSink, TlpObserver {
    Bench(LinkTiming timing, const PcieSettings& settings, PostingSettings posting)
        : host("host", memory, make_translation({}, memory), posting), root("root", settings, timing, host, {0, 3, 0}) {
        slot.config_socket.bind(device.config_socket);
        slot.bar0_socket.bind(device.bar0_socket);
        device.dma_socket.bind(slot.dma_socket);
        slot.inta.bind(device_inta);
        root.inta.bind(cpu_inta);
        root.attach_observer(*this);
        host.connect(*this);
    }
    std::uint32_t config(std::uint32_t offset) { return root.read_configuration(3, offset); }
    void config(std::uint32_t offset, std::uint32_t value) { root.write_configuration(3, offset, value); }
    void place(std::uint32_t base) {
        config(BaseAddress0::offset, base);
        config(CommandStatus::offset,
               Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1).raw());
    }
    tlm::tlm_response_status dma(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data,
                                 DmaRun* run = nullptr) {
        tlm::tlm_generic_payload payload;
        payload.set_command(command);
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
    std::byte& at(std::uint64_t physical) { return memory.at(*PhysicalRange::of({physical}, 1))->front(); }
    std::byte seen(std::uint64_t physical) {
        host.settle();
        return at(physical);
    }
    void message(BusAddress, std::uint16_t data) override { messages.push_back({data, simulated_now(), seen(0x2000)}); }
    void tlp(const TlpRecord& record) override { tlps.push_back(record); }

    struct Arrival {
        std::uint16_t data;
        Duration time;
        std::byte byte_then;
    };

    HostMemory memory{1 << 20};
    HostPort host;
    RootComplex root;
    PcieSlot slot{"slot", root, 4096};
    Device device{"device"};
    sc_core::sc_signal<bool> device_inta{"device_inta"};
    sc_core::sc_signal<bool> cpu_inta{"cpu_inta"};
    std::vector<Arrival> messages;
    std::vector<TlpRecord> tlps;

    /// Something that goes on beside the test's own thread.
    void meanwhile(std::function<void()> body) {
        beside_ = std::move(body);
        beside_begins_.notify(sc_core::SC_ZERO_TIME);
    }

private:
    sc_core::sc_event beside_begins_;
    std::function<void()> beside_;
    Thread beside_thread_{"beside", [this] {
                              sc_core::wait(beside_begins_);
                              beside_();
                          }};
};

/// Under both timings, each in a simulation of its own.
void with_bench(const std::function<void(Bench&)>& body, const PcieSettings& settings = bench_settings(),
                PostingSettings posting = {.delay = nanoseconds(200)}) {
    for (const LinkTiming timing : {LinkTiming::cycle, LinkTiming::analytic}) {
        in_own_simulation([&] {
            INFO((timing == LinkTiming::cycle ? "cycle" : "analytic"));
            Bench bench(timing, settings, posting);
            Thread thread("thread", [&] { body(bench); });
            simulate(thread);
        });
    }
}

struct Following : DmaRun {
    struct Step {
        std::uint64_t bytes;
        Duration at;
    };
    std::vector<Step> steps;
    void moved(std::uint64_t bytes, Duration at) override { steps.push_back({bytes, at}); }
};

}  // namespace

TEST_CASE("only the device of the link answers to configuration requests", "[pcie][slot]") {
    with_bench([](Bench& bench) {
        CHECK(bench.config(0) == 0x6CA51234);
        CHECK(bench.config(0x100) == 0);  // no extended capability
        const Duration before = simulated_now();
        CHECK(bench.root.read_configuration(2, 0) == 0xffff'ffff);
        CHECK(simulated_now() == before);
    });
}

// PCIe 5.0, 7.5.1.2.1: a BAR that is written with all ones reads back its size.
TEST_CASE("BAR0 behind a link can be sized, placed, moved and switched off", "[pcie][slot]") {
    with_bench([](Bench& bench) {
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
    with_bench([](Bench& bench) {
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
    with_bench([](Bench& bench) {
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

TEST_CASE("a write is visible when it has been accepted and posted, not before", "[pcie][slot]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(64, std::byte{0x5a});
        CHECK(bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data) == tlm::TLM_OK_RESPONSE);
        CHECK(simulated_now() == nanoseconds(4 + 84 * 4));
        sc_core::wait(bus::to_sc_time(nanoseconds(200) - Duration(1)));
        CHECK(bench.seen(0x2000) == std::byte{0});
        sc_core::wait(1, sc_core::SC_PS);
        CHECK(bench.seen(0x2000) == std::byte{0x5a});
    });
}

TEST_CASE("a load that follows writes finds them in memory", "[pcie][slot]") {
    with_bench(
        [](Bench& bench) {
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
    with_bench([](Bench& bench) {
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
        [](Bench& bench) {
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
        [](Bench& bench) {
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
        [](Bench& bench) {
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

TEST_CASE("a run is told of TLP by TLP, cut by bursts and the largest payload", "[pcie][slot]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(600, std::byte{0x5a});
        Following run;
        run.burst_bytes = 300;
        CHECK(bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data, &run) == tlm::TLM_OK_RESPONSE);
        CHECK(run.honoured());
        std::vector<std::uint64_t> sizes;
        for (const auto& step : run.steps) sizes.push_back(step.bytes);
        CHECK(sizes == std::vector<std::uint64_t>{128, 128, 44, 128, 128, 44});
        CHECK(run.steps.back().at == simulated_now());
        CHECK(bench.root.counts(Direction::up).tlps == 6);
    });
}

// 148 bytes of 4 ns each, from the first symbol on: the third TLP ends at 4 + 3 * 592 ns.
TEST_CASE("a run ends behind the TLP that has begun before it was stopped", "[pcie][slot]") {
    const Duration third_end = nanoseconds(4 + 3 * 592);
    for (const auto& [asked, tlps] : {std::pair{third_end - Duration(1), 3u}, std::pair{third_end, 4u}}) {
        with_bench([asked = asked, tlps = tlps](Bench& bench) {
            Following run;
            bench.meanwhile([&run, asked] {
                sc_core::wait(to_sc_time(asked));
                run.request_stop(simulated_now());
            });
            std::vector<std::byte> data(1024, std::byte{0x5a});
            CHECK(bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data, &run) == tlm::TLM_OK_RESPONSE);
            CHECK(run.steps.size() == tlps);
            CHECK(run.steps.back().at == simulated_now());
            CHECK(simulated_now() == nanoseconds(4 + 592 * tlps));
        });
    }
}

TEST_CASE("a run that waits for data ends as soon as it is asked to", "[pcie][slot]") {
    struct Waiting : DmaRun {
        Duration ready_at(std::uint64_t bytes) const override { return bytes <= 256 ? Duration{} : Duration::max(); }
    };
    with_bench([](Bench& bench) {
        Waiting run;
        run.burst_bytes = 128;
        bench.meanwhile([&run] {
            sc_core::wait(50, sc_core::SC_US);
            run.request_pause(simulated_now());
        });
        std::vector<std::byte> data(1024);
        bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data, &run);
        CHECK(simulated_now() == microseconds(50) + Duration(1));
        CHECK(bench.root.counts(Direction::up).tlps == 2);
    });
}

TEST_CASE("a read brings what memory holds, the device's own writes included", "[pcie][slot]") {
    with_bench([](Bench& bench) {
        bench.at(0x2100) = std::byte{0x11};
        std::vector<std::byte> out(64, std::byte{0x22});
        bench.dma(tlm::TLM_WRITE_COMMAND, 0x2040, out);
        std::vector<std::byte> in(300);
        CHECK(bench.dma(tlm::TLM_READ_COMMAND, 0x2000, in) == tlm::TLM_OK_RESPONSE);
        CHECK(in[0x100] == std::byte{0x11});
        CHECK(in[0x40] == std::byte{0x22});
    });
}

// Decision 0010: a posted request has no completion that could say so.
TEST_CASE("the host drops a write that faults and records it, and the device is not told", "[pcie][slot]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(64, std::byte{0x5a});
        CHECK(bench.dma(tlm::TLM_WRITE_COMMAND, 0x5000'0000, data) == tlm::TLM_OK_RESPONSE);
        sc_core::wait(1, sc_core::SC_US);
        bench.host.settle();
        REQUIRE(bench.host.fault_count() == 1);
        CHECK(bench.host.faults()[0].address == BusAddress{0x5000'0000});
        CHECK(bench.host.faults()[0].write);
    });
}

TEST_CASE("a read that faults comes back as an unsupported request", "[pcie][slot]") {
    with_bench([](Bench& bench) {
        std::vector<std::byte> data(1024);
        Following run;
        CHECK(bench.dma(tlm::TLM_READ_COMMAND, (1 << 20) - 512, data, &run) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(run.steps.size() == 1);  // up to the end of memory
        CHECK(bench.host.fault_count() == 1);
        CHECK(bench.tlps.back().tlp.status == CompletionStatus::unsupported_request);
    });
}

TEST_CASE("a full posting buffer holds up writes until it has drained", "[pcie][slot]") {
    const PostingSettings posting{.delay = nanoseconds(100), .buffer = {128}, .drain = {32'000'000}};
    with_bench(
        [](Bench& bench) {
            std::vector<std::byte> data(512, std::byte{0x5a});
            bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data);
            // 4 us for each 128 bytes
            sc_core::wait(to_sc_time(4 * microseconds(4) - Duration(1) - simulated_now()));
            CHECK(bench.seen(0x2000 + 256) == std::byte{0x5a});
            CHECK(bench.seen(0x2000 + 384) == std::byte{0});
            sc_core::wait(1, sc_core::SC_PS);
            CHECK(bench.seen(0x2000 + 384) == std::byte{0x5a});
        },
        bench_settings(), posting);
}
