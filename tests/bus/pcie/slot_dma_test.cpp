// SPDX-License-Identifier: MIT
#include "tests/bus/pcie/slot_bench.h"

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::registers;
using namespace ghostcard::tests;

namespace {

struct Following : DmaRun {
    struct Step {
        std::uint64_t bytes;
        Duration at;
    };
    std::vector<Step> steps;
    void moved(std::uint64_t bytes, Duration at) override { steps.push_back({bytes, at}); }
};

}  // namespace

TEST_CASE("a write is visible when it has been accepted and posted, not before", "[pcie][slot]") {
    with_bench([](SlotBench& bench) {
        std::vector<std::byte> data(64, std::byte{0x5a});
        CHECK(bench.dma(tlm::TLM_WRITE_COMMAND, 0x2000, data) == tlm::TLM_OK_RESPONSE);
        CHECK(simulated_now() == nanoseconds(4 + 84 * 4));
        sc_core::wait(bus::to_sc_time(nanoseconds(200) - Duration(1)));
        CHECK(bench.seen(0x2000) == std::byte{0});
        sc_core::wait(1, sc_core::SC_PS);
        CHECK(bench.seen(0x2000) == std::byte{0x5a});
    });
}

TEST_CASE("a run is told of TLP by TLP, cut by bursts and the largest payload", "[pcie][slot]") {
    with_bench([](SlotBench& bench) {
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
        with_bench([asked = asked, tlps = tlps](SlotBench& bench) {
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
    with_bench([](SlotBench& bench) {
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
    with_bench([](SlotBench& bench) {
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
    with_bench([](SlotBench& bench) {
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
    with_bench([](SlotBench& bench) {
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
        [](SlotBench& bench) {
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
