// SPDX-License-Identifier: MIT
#include "tests/model/card_bench.h"

using namespace ghostcard;
using namespace ghostcard::model;
using namespace ghostcard::registers;
using namespace ghostcard::tests;

TEST_CASE("a frame goes to memory whole, and INTA# follows it", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        write(bench.bar0, Value<InterruptEnable>{}.with<InterruptEnable::FrameDone>(1));
        bench.go();
        CHECK(bench.busy());
        bench.capture();
        pass(2 * bench.frame_period());
        CHECK(bench.finished == std::vector<std::uint64_t>{0});
        std::vector<std::byte> received;
        for (const auto& [address, data] : bench.memory.writes) {
            CHECK(address == 0x10000 + received.size());
            received.insert(received.end(), data.begin(), data.end());
        }
        CHECK(received.size() == CardBench::frame_bytes);
        CHECK_FALSE(bench.busy());
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::Done>() == 1);
        CHECK(ghostcard::read<DmaTransferred>(bench.bar0).raw() == CardBench::frame_bytes);
        CHECK(ghostcard::read<FrameCount>(bench.bar0).raw() == 1);
        CHECK(bench.inta.read());
        write(bench.bar0, Value<InterruptStatus>{}.with<InterruptStatus::FrameDone>(1));
        pass(nanoseconds(1));
        CHECK_FALSE(bench.inta.read());
    });
}

TEST_CASE("a memory that takes its time holds the card up for as long", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.memory.latency = microseconds(3);
        bench.enable_device();
        bench.capture();
        pass(bench.frame_period() * 2);
        const Duration begin = bus::simulated_now();
        bench.go();
        while (bench.busy()) pass(nanoseconds(100));
        CHECK(bench.memory.writes.size() == 1);
        CHECK(bus::simulated_now() - begin >= microseconds(3));
        CHECK(bus::simulated_now() - begin < microseconds(3) + nanoseconds(200));
    });
}

TEST_CASE("a refused descriptor interrupts with its error and moves no byte", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        write(bench.bar0, Value<InterruptEnable>{}.with<InterruptEnable::DmaError>(1));
        bench.go(0x10004);
        pass(nanoseconds(1));
        CHECK(bench.error() == DmaErrorCode::alignment);
        CHECK(bench.causes().get<InterruptStatus::DmaError>() == 1);
        CHECK(bench.inta.read());
        CHECK(bench.memory.writes.empty());
        bench.go(0x10000);
        CHECK(bench.error() == DmaErrorCode::none);
    });
}

TEST_CASE("ABORT ends an operation that waits for video", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        bench.go();
        write(bench.bar0, Value<DmaControl>{}.with<DmaControl::Abort>(1));
        pass(nanoseconds(1));
        CHECK_FALSE(bench.busy());
        CHECK(bench.error() == DmaErrorCode::aborted);
        CHECK(bench.dropped.empty());
        write(bench.bar0, Value<DmaControl>{}.with<DmaControl::Abort>(1));
        CHECK(bench.error() == DmaErrorCode::aborted);
    });
}

TEST_CASE("bus mastering that is taken away ends the operation", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        bench.go();
        write(bench.config, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1));
        pass(nanoseconds(1));
        CHECK_FALSE(bench.busy());
        CHECK(bench.error() == DmaErrorCode::bus_master_off);
    });
}

TEST_CASE("ABORT, a lost bus mastering or a soft reset in the middle of a burst ends it there", "[model][card]") {
    const int which = GENERATE(0, 1, 2);
    with_card(
        [which](CardBench& bench) {
            bench.memory.honours_runs = true;
            bench.enable_device();
            write(bench.bar0, Value<DmaBurst>{4096});
            bench.capture();
            pass(bench.frame_period() * 2);
            bench.go();
            pass(nanoseconds(30 * 10 + 15));
            CHECK(bench.busy());
            if (which == 0) write(bench.bar0, Value<DmaControl>{}.with<DmaControl::Abort>(1));
            if (which == 1) write(bench.config, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1));
            if (which == 2) write(bench.bar0, Value<Control>{}.with<Control::SoftReset>(1));
            CHECK(bench.busy());
            pass(nanoseconds(30));
            CHECK_FALSE(bench.busy());
            CHECK(ghostcard::read<DmaTransferred>(bench.bar0).raw() == (which == 2 ? 0 : 11 * 4));
            CHECK(bench.error() == (which == 0   ? DmaErrorCode::aborted
                                    : which == 1 ? DmaErrorCode::bus_master_off
                                                 : DmaErrorCode::none));
            CHECK(bench.dropped.size() == (which == 2 ? 0 : 1));
            CHECK(bench.finished.empty());
        },
        CardSettings{.memory = {1 << 20}});
}

TEST_CASE("a bus error is told apart in DMA_STATUS and in configuration space", "[model][card]") {
    const bool nobody_there = GENERATE(true, false);
    with_card([nobody_there](CardBench& bench) {
        bench.memory.response = nobody_there ? tlm::TLM_ADDRESS_ERROR_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE;
        bench.enable_device();
        bench.go();
        bench.capture();
        pass(2 * bench.frame_period());
        CHECK(bench.error() == (nobody_there ? DmaErrorCode::master_abort : DmaErrorCode::target_abort));
        const auto status = ghostcard::read<CommandStatus>(bench.config);
        CHECK(status.get<CommandStatus::ReceivedMasterAbort>() == nobody_there);
        CHECK(status.get<CommandStatus::ReceivedTargetAbort>() == !nobody_there);
    });
}

TEST_CASE("frames that nobody fetches are dropped, counted and flagged, each once", "[model][card]") {
    with_card(
        [](CardBench& bench) {
            bench.enable_device();
            bench.capture();
            pass(bench.frame_period() * 7 / 2);
            CHECK(bench.dropped == std::vector<std::uint64_t>{0, 1, 2});
            CHECK(ghostcard::read<DroppedFrames>(bench.bar0).raw() == 3);
            CHECK(bench.causes().get<InterruptStatus::FrameDropped>() == 1);
            CHECK(ghostcard::read<MemoryHighWater>(bench.bar0).raw() == 1024);
        },
        CardSettings{.memory = {1024}});
}

TEST_CASE("memory for whole frames keeps them until they are fetched", "[model][card]") {
    with_card(
        [](CardBench& bench) {
            bench.enable_device();
            bench.capture();
            pass(bench.frame_period() * 7 / 2);
            CHECK(bench.dropped.empty());
            for (std::uint64_t i = 0; i < 2; ++i) {
                bench.go();
                pass(microseconds(1));
                CHECK(bench.finished.size() == i + 1);
            }
            CHECK(bench.finished == std::vector<std::uint64_t>{0, 1});
        },
        CardSettings{.memory = {1 << 20}});
}

TEST_CASE("an overrun under way ends the operation and never reports the torn frame as good", "[model][card]") {
    with_card(
        [](CardBench& bench) {
            bench.memory.latency = milliseconds(5);
            bench.enable_device();
            bench.go();
            bench.capture();
            pass(bench.frame_period() * 2);
            CHECK(bench.error() == DmaErrorCode::overrun);
            CHECK(bench.finished.empty());
            CHECK(ghostcard::read<FrameCount>(bench.bar0).raw() == 0);
            CHECK(bench.causes().get<InterruptStatus::FrameDone>() == 0);
        },
        CardSettings{.memory = {1024}});
}

TEST_CASE("ENABLE takes effect with the next frame, either way", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        pass(bench.frame_period() / 2);
        bench.capture();
        CHECK(ghostcard::read<Status>(bench.bar0).get<Status::Capturing>() == 0);
        pass(bench.frame_period());
        CHECK(ghostcard::read<Status>(bench.bar0).get<Status::Capturing>() == 1);
        write(bench.bar0, Value<Control>{});
        CHECK(ghostcard::read<Status>(bench.bar0).get<Status::Capturing>() == 1);
        pass(bench.frame_period());
        CHECK(ghostcard::read<Status>(bench.bar0).get<Status::Capturing>() == 0);
        CHECK(bench.card.video().shown() == 1);
    });
}

TEST_CASE("the frame's time is that of its first pixel, and its halves belong together", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        bench.go();
        bench.capture();
        pass(bench.frame_period() * 2);
        const std::uint64_t low = ghostcard::read<FrameTimeLow>(bench.bar0).raw();
        const std::uint64_t high = ghostcard::read<FrameTimeHigh>(bench.bar0).raw();
        CHECK((high << 32 | low) == static_cast<std::uint64_t>(bench.frame_period() / nanoseconds(1)));
    });
}

TEST_CASE("PATTERN replaces the signal's picture by the card's own", "[model][card]") {
    with_card([](CardBench& bench) {
        bench.enable_device();
        write(bench.bar0, Value<TestPattern>{}.with<TestPattern::Select>(Pattern::ramp));
        bench.capture();
        pass(bench.frame_period() * 3 / 2);
        const auto ramp = make_pattern_source(Pattern::ramp, bench.card.video().raster(), 1);
        CHECK(bench.last_picture == ramp->frame(0, PixelFormat::yuy2));
    });
}
