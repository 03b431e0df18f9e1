// SPDX-License-Identifier: MIT
#pragma once

#include "tests/bus/scratch_component.h"
#include "tests/support/simulation.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/pcie/pcie_slot.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/pcie_capability.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

namespace ghostcard::tests {

using namespace ghostcard::bus;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::registers;

inline PcieSettings bench_settings() {
    return {.generation = 1,
            .lanes = 1,
            .max_payload = {128},
            .skp = false,
            .read_latency = {.minimum = nanoseconds(300)},
            .completer_latency = nanoseconds(100)};
}

struct SlotBench : MessageSink, TlpObserver {
    SlotBench(LinkTiming timing, const PcieSettings& settings, PostingSettings posting)
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
    ScratchComponent device{"device"};
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
inline void with_bench(const std::function<void(SlotBench&)>& body, const PcieSettings& settings = bench_settings(),
                       PostingSettings posting = {.delay = nanoseconds(200)}) {
    for (const LinkTiming timing : {LinkTiming::cycle, LinkTiming::analytic}) {
        in_own_simulation([&] {
            INFO((timing == LinkTiming::cycle ? "cycle" : "analytic"));
            SlotBench bench(timing, settings, posting);
            Thread thread("thread", [&] { body(bench); });
            simulate(thread);
        });
    }
}

}  // namespace ghostcard::tests
