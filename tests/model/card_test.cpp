// SPDX-License-Identifier: MIT
#include "tests/support/simulation.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/base/typed_registers.h>
#include <ghostcard/model/card.h>
#include <ghostcard/registers/pci_config.h>

#include <array>
#include <map>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::model;
using namespace ghostcard::registers;
using namespace ghostcard::tests;

namespace {

/// One window of the card's, reached by plain TLM payloads that take no time.
class Window : public sc_core::sc_module, public RegisterAccess {
public:
    tlm_utils::simple_initiator_socket<Window> socket{"socket"};

    explicit Window(const sc_core::sc_module_name& name) : sc_module(name) {}

    tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data) {
        tlm::tlm_generic_payload payload;
        payload.set_command(command);
        payload.set_address(address);
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
        payload.set_data_length(static_cast<unsigned>(data.size()));
        payload.set_streaming_width(static_cast<unsigned>(data.size()));
        sc_core::sc_time delay;
        socket->b_transport(payload, delay);
        return payload.get_response_status();
    }
    std::uint32_t read(std::uint32_t offset) override {
        std::array<std::byte, 4> word{};
        CHECK(access(tlm::TLM_READ_COMMAND, offset, word) == tlm::TLM_OK_RESPONSE);
        return static_cast<std::uint32_t>(load_little_endian(word));
    }
    void write(std::uint32_t offset, std::uint32_t value) override {
        std::array<std::byte, 4> word{};
        store_little_endian(value, word);
        CHECK(access(tlm::TLM_WRITE_COMMAND, offset, word) == tlm::TLM_OK_RESPONSE);
    }
};

/// A memory of somebody's plain TLM-2.0 platform: takes each payload whole, after a latency.
class Memory : public sc_core::sc_module, private bus::RunCarrier {
public:
    tlm_utils::simple_target_socket<Memory> socket{"socket"};
    std::map<std::uint64_t, std::vector<std::byte>> writes;
    Duration latency{};
    tlm::tlm_response_status response = tlm::TLM_OK_RESPONSE;
    bool honours_runs = false;  ///< Then it is a bus that moves a word in 30 ns and tells of each burst.

    explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
        socket.register_b_transport(this, &Memory::transport);
    }

private:
    void catch_up() override {}
    void end_requested(Duration) override {}

    const sc_core::sc_time word_time{30, sc_core::SC_NS};

    void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        const auto* const data = reinterpret_cast<const std::byte*>(payload.get_data_ptr());
        if (auto* const run = payload.get_extension<bus::DmaRun>(); run && honours_runs) {
            run->carry(this);
            const auto stopped = [run] { return run->stop_requested(bus::simulated_now()); };
            for (std::uint64_t moved = 0; moved < payload.get_data_length() && !stopped();) {
                const std::uint64_t burst = std::min(run->burst_bytes, payload.get_data_length() - moved);
                while (run->ready_at(moved + burst) > bus::simulated_now() && !stopped()) sc_core::wait(word_time);
                std::uint64_t words = 0;
                while (words < burst / 4 && !stopped()) {
                    sc_core::wait(word_time);
                    ++words;
                }
                run->moved(4 * words, bus::simulated_now());
                moved += 4 * words;
            }
            run->carry(nullptr);
            payload.set_response_status(response);
            return;
        }
        if (response == tlm::TLM_OK_RESPONSE)
            writes[payload.get_address()].assign(data, data + payload.get_data_length());
        delay += bus::to_sc_time(latency);
        payload.set_response_status(response);
    }
};

struct Bench : CardObserver {
    static constexpr std::uint32_t frame_bytes = 64 * 48 * 2;

    explicit Bench(const CardSettings& settings = {}, const char* mode = "64x48@25", std::uint64_t frames = 1000)
        : card("card", settings, VideoInput(open_signal({mode, "noise", PixelFormat::yuy2}, 1), 1, frames)) {
        config.socket.bind(card.config_socket);
        bar0.socket.bind(card.bar0_socket);
        card.dma_socket.bind(memory.socket);
        card.inta.bind(inta);
        card.attach_observer(*this);
    }

    void enable_device() {
        write(config, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1));
    }
    void go(std::uint32_t address = 0x10000, std::uint32_t length = frame_bytes) {
        write(bar0, Value<DmaAddressLow>{address});
        write(bar0, Value<DmaLength>{length});
        write(bar0, Value<DmaControl>{}.with<DmaControl::Go>(1));
    }
    void capture() { write(bar0, Value<Control>{}.with<Control::Enable>(1)); }
    DmaErrorCode error() { return ghostcard::read<DmaStatus>(bar0).get<DmaStatus::ErrorCode>(); }
    bool busy() { return ghostcard::read<DmaStatus>(bar0).get<DmaStatus::Busy>() != 0; }
    Value<InterruptStatus> causes() { return ghostcard::read<InterruptStatus>(bar0); }
    Duration frame_period() const { return card.video().raster().instant_of(card.video().raster().frame_clocks()); }

    void frame_begins(const Frame& frame, const FrameLayout&, Duration last_pixel) override {
        last_picture = *frame.picture;
        last_arrival = last_pixel;
    }
    void frame_dropped(std::uint64_t number) override { dropped.push_back(number); }
    void frame_finished(std::uint64_t number) override { finished.push_back(number); }

    Window config{"config"};
    Window bar0{"bar0"};
    Memory memory{"memory"};
    sc_core::sc_signal<bool> inta{"inta"};
    Card card;
    std::vector<std::byte> last_picture;
    Duration last_arrival{};
    std::vector<std::uint64_t> dropped, finished;
};

void pass(Duration time) { sc_core::wait(bus::to_sc_time(time)); }

/// Runs the body as a thread beside a card.
void with_card(const std::function<void(Bench&)>& body, const CardSettings& settings = {},
               const char* mode = "64x48@25", std::uint64_t frames = 1000) {
    in_own_simulation([&] {
        Bench bench(settings, mode, frames);
        Thread driver("driver", [&] {
            pass(nanoseconds(10));
            body(bench);
        });
        simulate(driver, seconds(2));
    });
}

}  // namespace

TEST_CASE("a frame goes to memory whole, and INTA# follows it", "[model][card]") {
    with_card([](Bench& bench) {
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
        CHECK(received.size() == Bench::frame_bytes);
        CHECK_FALSE(bench.busy());
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::Done>() == 1);
        CHECK(ghostcard::read<DmaTransferred>(bench.bar0).raw() == Bench::frame_bytes);
        CHECK(ghostcard::read<FrameCount>(bench.bar0).raw() == 1);
        CHECK(bench.inta.read());
        write(bench.bar0, Value<InterruptStatus>{}.with<InterruptStatus::FrameDone>(1));
        pass(nanoseconds(1));
        CHECK_FALSE(bench.inta.read());
    });
}

TEST_CASE("a memory that takes its time holds the card up for as long", "[model][card]") {
    with_card([](Bench& bench) {
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

TEST_CASE("CAPABILITY tells how the card is built", "[model][card]") {
    CardSettings settings;
    settings.dma = {.alignment = {4096},
                    .length_multiple = {64},
                    .max_length = {1 << 22},
                    .boundary = {1ull << 24},
                    .address_bits = 40,
                    .burst = {512}};
    with_card(
        [](Bench& bench) {
            bench.enable_device();
            const auto capability = ghostcard::read<Capability>(bench.bar0);
            CHECK(capability.get<Capability::AddressBits>() == 40);
            CHECK(capability.get<Capability::AlignmentLog2>() == 12);
            CHECK(capability.get<Capability::LengthMultipleLog2>() == 6);
            CHECK(capability.get<Capability::BoundaryLog2>() == 24);
            CHECK(capability.get<Capability::MaxLengthLog2>() == 22);
            CHECK(ghostcard::read<DmaBurst>(bench.bar0).raw() == 512);
        },
        settings);
}

TEST_CASE("while an operation is under way GO and its parameters only leave a mark", "[model][card]") {
    with_card([](Bench& bench) {
        bench.enable_device();
        bench.go(0x10000);
        write(bench.bar0, Value<DmaControl>{}.with<DmaControl::Go>(1));
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::GoWhileBusy>() == 1);
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::WriteWhileBusy>() == 0);
        for (const std::uint32_t offset :
             {DmaAddressLow::offset, DmaAddressHigh::offset, DmaLength::offset, DmaBurst::offset}) {
            const std::uint32_t before = bench.bar0.read(offset);
            bench.bar0.write(offset, 0x100 + before);
            CHECK(bench.bar0.read(offset) == before);
        }
        CHECK(ghostcard::read<DmaStatus>(bench.bar0).get<DmaStatus::WriteWhileBusy>() == 1);
        write(bench.bar0, Value<DmaStatus>{}.with<DmaStatus::GoWhileBusy>(1).with<DmaStatus::WriteWhileBusy>(1));
        const auto status = ghostcard::read<DmaStatus>(bench.bar0);
        CHECK(status.get<DmaStatus::GoWhileBusy>() == 0);
        CHECK(status.get<DmaStatus::WriteWhileBusy>() == 0);
        CHECK(status.get<DmaStatus::Busy>() == 1);
    });
}

TEST_CASE("a refused descriptor interrupts with its error and moves no byte", "[model][card]") {
    with_card([](Bench& bench) {
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
    with_card([](Bench& bench) {
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
    with_card([](Bench& bench) {
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
        [which](Bench& bench) {
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
    with_card([nobody_there](Bench& bench) {
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
        [](Bench& bench) {
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
        [](Bench& bench) {
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
        [](Bench& bench) {
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
    with_card([](Bench& bench) {
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

TEST_CASE("STATUS shows the second field and the end of the signal", "[model][card]") {
    with_card(
        [](Bench& bench) {
            bench.enable_device();
            CHECK(ghostcard::read<VideoWidth>(bench.bar0).raw() == 720);
            CHECK(ghostcard::read<VideoHeight>(bench.bar0).raw() == 480);
            bench.capture();
            pass(bench.frame_period() * 5 / 4);
            CHECK(ghostcard::read<Status>(bench.bar0).get<Status::SecondField>() == 0);
            pass(bench.frame_period() / 2);
            CHECK(ghostcard::read<Status>(bench.bar0).get<Status::SecondField>() == 1);
            CHECK(ghostcard::read<Status>(bench.bar0).get<Status::VideoPresent>() == 0);  // its one picture has begun
            CHECK(ghostcard::read<VideoWidth>(bench.bar0).raw() == 0);
        },
        {}, "480i59.94", 1);
}

TEST_CASE("the frame's time is that of its first pixel, and its halves belong together", "[model][card]") {
    with_card([](Bench& bench) {
        bench.enable_device();
        bench.go();
        bench.capture();
        pass(bench.frame_period() * 2);
        const std::uint64_t low = ghostcard::read<FrameTimeLow>(bench.bar0).raw();
        const std::uint64_t high = ghostcard::read<FrameTimeHigh>(bench.bar0).raw();
        CHECK((high << 32 | low) == static_cast<std::uint64_t>(bench.frame_period() / nanoseconds(1)));
    });
}

TEST_CASE("INTA# is the level of what is latched and enabled", "[model][card]") {
    with_card([](Bench& bench) {
        bench.enable_device();
        const auto forced = Value<InterruptForce>{}.with<InterruptForce::Forced>(1);
        write(bench.bar0, forced);
        pass(nanoseconds(1));
        CHECK_FALSE(bench.inta.read());
        write(bench.bar0, Value<InterruptEnable>{}.with<InterruptEnable::Forced>(1));
        pass(nanoseconds(1));
        CHECK(bench.inta.read());
        write(bench.config, ghostcard::read<CommandStatus>(bench.config).with<CommandStatus::InterruptDisable>(1));
        pass(nanoseconds(1));
        CHECK_FALSE(bench.inta.read());
        CHECK(ghostcard::read<CommandStatus>(bench.config).get<CommandStatus::InterruptStatus>() == 1);
        write(bench.config, ghostcard::read<CommandStatus>(bench.config).with<CommandStatus::InterruptDisable>(0));
        pass(nanoseconds(1));
        CHECK(bench.inta.read());
    });
}

TEST_CASE("MSI sends a message for each rise of the request and leaves INTA# alone", "[model][card]") {
    with_card([](Bench& bench) {
        bench.enable_device();
        write(bench.config, Value<MessageAddressLow>{0xfee00000});
        write(bench.config, Value<MessageAddressHigh>{0});
        write(bench.config, Value<MessageData>{0x4242});
        write(bench.config, ghostcard::read<MessageCapability>(bench.config).with<MessageCapability::Enable>(1));
        write(bench.bar0,
              Value<InterruptEnable>{}.with<InterruptEnable::Forced>(1).with<InterruptEnable::FrameDone>(1));
        const auto force = Value<InterruptForce>{}.with<InterruptForce::Forced>(1);
        write(bench.bar0, force);
        pass(nanoseconds(1));
        REQUIRE(bench.memory.writes.count(0xfee00000) == 1);
        CHECK(load_little_endian(bench.memory.writes[0xfee00000]) == 0x4242);
        CHECK_FALSE(bench.inta.read());
        bench.memory.writes.clear();
        write(bench.bar0, force);
        pass(nanoseconds(1));
        CHECK(bench.memory.writes.empty());
        write(bench.bar0, Value<InterruptStatus>{}.with<InterruptStatus::Forced>(1));
        write(bench.bar0, force);
        pass(nanoseconds(1));
        CHECK(bench.memory.writes.size() == 1);
    });
}

TEST_CASE("a soft reset empties the card and leaves configuration space alone", "[model][card]") {
    with_card([](Bench& bench) {
        bench.enable_device();
        write(bench.config, Value<BaseAddress0>{0xe0000000});
        write(bench.bar0, Value<Scratch>{0x12345678});
        bench.capture();
        bench.go();
        pass(bench.frame_period() * 3 / 2);
        write(bench.bar0, Value<Control>{}.with<Control::SoftReset>(1));
        pass(nanoseconds(1));
        CHECK(ghostcard::read<Control>(bench.bar0).raw() == 0);
        CHECK(ghostcard::read<Scratch>(bench.bar0).raw() == 0);
        CHECK_FALSE(bench.busy());
        CHECK(bench.causes().raw() == 0);
        CHECK(ghostcard::read<MemoryLevel>(bench.bar0).raw() == 0);
        CHECK(ghostcard::read<BaseAddress0>(bench.config).raw() == 0xe0000000);
        const auto shown = bench.card.video().shown();
        pass(bench.frame_period() * 2);
        CHECK(bench.card.video().shown() == shown);
    });
}

TEST_CASE("PATTERN replaces the signal's picture by the card's own", "[model][card]") {
    with_card([](Bench& bench) {
        bench.enable_device();
        write(bench.bar0, Value<TestPattern>{}.with<TestPattern::Select>(Pattern::ramp));
        bench.capture();
        pass(bench.frame_period() * 3 / 2);
        const auto ramp = make_pattern_source(Pattern::ramp, bench.card.video().raster(), 1);
        CHECK(bench.last_picture == ramp->frame(0, PixelFormat::yuy2));
    });
}

TEST_CASE("BAR0 answers only while memory space is enabled and the card is in D0", "[model][card]") {
    with_card([](Bench& bench) {
        std::array<std::byte, 4> word{};
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, word) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        bench.enable_device();
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, word) == tlm::TLM_OK_RESPONSE);
        write(bench.config, Value<PowerControl>{}.with<PowerControl::PowerState>(3));
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, word) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        write(bench.config, Value<PowerControl>{}.with<PowerControl::PowerState>(0));
        CHECK(ghostcard::read<CommandStatus>(bench.config).get<CommandStatus::MemorySpace>() == 0);
    });
}

TEST_CASE("bytes of a register can be reached alone; what is no register access is refused", "[model][card]") {
    with_card([](Bench& bench) {
        bench.enable_device();
        write(bench.bar0, Value<Scratch>{0x44332211});
        std::array<std::byte, 8> data{std::byte{0xaa}, std::byte{0xbb}};
        const std::span<std::byte> bytes(data);
        CHECK(bench.bar0.access(tlm::TLM_WRITE_COMMAND, Scratch::offset + 1, bytes.first(2)) == tlm::TLM_OK_RESPONSE);
        CHECK(ghostcard::read<Scratch>(bench.bar0).raw() == 0x44bbaa11);
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, Scratch::offset + 3, bytes.first(1)) == tlm::TLM_OK_RESPONSE);
        CHECK(data[0] == std::byte{0x44});
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 2, bytes.first(4)) == tlm::TLM_BURST_ERROR_RESPONSE);
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 0, bytes) == tlm::TLM_BURST_ERROR_RESPONSE);
        CHECK(bench.bar0.access(tlm::TLM_READ_COMMAND, 4096, bytes.first(4)) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(bench.bar0.read(0xffc) == 0);
    });
}
