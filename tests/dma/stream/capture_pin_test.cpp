// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stream/capture_pin.h>
#include <tests/dma/adapter/dma_host.h>

#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::CapturePin;
using dma::PinState;

// WDK, "State Transitions" and "Streaming States"; counters and headers: DDI, KS_FRAME_INFO and KSSTREAM_HEADER.

namespace {

struct Pin : DmaHost {
    void send(unsigned frames, std::uint64_t length = 1000) {
        for (unsigned i = 0; i < frames; ++i) {
            auto& made = buffer(length);
            queue.send(++irp, {{made.bytes(), dma::Mdl::of(made)}});
        }
    }
    void to(PinState state) { REQUIRE(pin.set_state(state)); }
    void run() {
        to(PinState::acquire);
        to(PinState::pause);
        to(PinState::run);
    }
    bool frame(Duration time = {}) { return pin.frame_finished(content, time); }
    std::vector<dma::StreamHeader> headers() {
        std::vector<dma::StreamHeader> all;
        for (const auto& done : queue.take_completions()) all.push_back(done.headers.at(0));
        return all;
    }

    dma::StreamQueue queue;
    CapturePin pin{queue};
    std::vector<std::byte> content = std::vector<std::byte>(1000, std::byte{0x5a});
    std::uint64_t irp = 0;
};

}  // namespace

TEST_CASE("a pin changes between neighbouring states only", "[dma][stream][pin]") {
    constexpr PinState all[] = {PinState::stop, PinState::acquire, PinState::pause, PinState::run};
    for (int from = 0; from < 4; ++from)
        for (int to = 0; to < 4; ++to) {
            Pin host;
            for (int step = 1; step <= from; ++step) host.to(all[step]);
            CHECK(host.pin.set_state(all[to]) == (from - to == 1 || to - from == 1));
        }
}

TEST_CASE("frames are captured in RUN with power, whichever comes first on a wake-up", "[dma][stream][pin]") {
    Pin host;
    host.send(4);
    CHECK_FALSE(host.frame());
    host.pin.set_power(false);
    host.run();
    CHECK_FALSE(host.frame());
    host.pin.set_power(true);
    CHECK(host.frame());
    host.to(PinState::pause);
    CHECK_FALSE(host.frame());
    host.to(PinState::run);
    CHECK(host.frame());
    CHECK(host.pin.drop_count() == 0);
    CHECK(host.headers().size() == 2);
}

TEST_CASE("a frame without a buffer is skipped whole and counted, and the next one tells", "[dma][stream][pin]") {
    // avshws, hwsim.cpp: starvation; KSSTREAM_HEADER: a discontinuity lies before the data of its packet
    Pin host;
    host.run();
    host.send(1);
    CHECK(host.frame());
    CHECK_FALSE(host.frame());
    CHECK_FALSE(host.frame());
    host.send(2);
    CHECK(host.frame());
    CHECK(host.frame());
    const auto headers = host.headers();
    REQUIRE(headers.size() == 3);
    CHECK_FALSE(headers[0].data_discontinuity);
    CHECK(headers[1].data_discontinuity);
    CHECK_FALSE(headers[2].data_discontinuity);
    CHECK(headers[0].picture_number == 1);
    CHECK(headers[1].picture_number == 4);
    CHECK(headers[1].drop_count == 2);
    CHECK(headers[2].data_used == 1000);
}

TEST_CASE("a buffer that is too small is none, and stays for later", "[dma][stream][pin]") {
    Pin host;
    host.run();
    host.send(1, 999);
    CHECK_FALSE(host.frame());
    CHECK(host.queue.outstanding() == 1);
    CHECK(host.pin.drop_count() == 1);
}

TEST_CASE("the content arrives in the buffer", "[dma][stream][pin]") {
    Pin host;
    host.run();
    host.send(1, 1001);
    CHECK(host.frame());
    const auto bytes = host.buffers[0]->bytes();
    CHECK(bytes[0] == std::byte{0x5a});
    CHECK(bytes[999] == std::byte{0x5a});
    CHECK(bytes[1000] == DmaHost::content(1000));
}

TEST_CASE("leaving PAUSE gives all that is outstanding back with DataUsed 0", "[dma][stream][pin]") {
    Pin host;
    host.run();
    host.send(3);
    CHECK(host.frame());
    host.to(PinState::pause);
    CHECK(host.queue.outstanding() == 2);
    host.to(PinState::acquire);
    CHECK(host.queue.outstanding() == 0);
    const auto headers = host.headers();
    REQUIRE(headers.size() == 3);
    CHECK(headers[1].data_used == 0);
    CHECK(headers[2].data_used == 0);
    host.to(PinState::stop);
}

TEST_CASE("counters begin anew on the way up from STOP, and go on after a pause", "[dma][stream][pin]") {
    Pin host;
    host.run();
    CHECK_FALSE(host.frame());
    host.to(PinState::pause);
    host.to(PinState::run);
    CHECK_FALSE(host.frame());
    CHECK(host.pin.picture_number() == 2);
    CHECK(host.pin.drop_count() == 2);
    host.to(PinState::pause);
    host.to(PinState::acquire);
    host.to(PinState::stop);
    host.run();
    CHECK(host.pin.picture_number() == 0);
    CHECK(host.pin.drop_count() == 0);
    host.send(1);
    CHECK(host.frame());
    CHECK_FALSE(host.headers()[0].data_discontinuity);
}

TEST_CASE("frames carry time only if a clock was assigned, in units of 100 ns", "[dma][stream][pin]") {
    Pin host;
    host.run();
    host.send(2);
    CHECK(host.frame(microseconds(500)));
    host.pin.assign_clock(microseconds(100));
    host.pin.set_average_time_per_frame(166'833);
    CHECK(host.frame(microseconds(500) + nanoseconds(99)));
    const auto headers = host.headers();
    CHECK_FALSE(headers[0].presentation_time);
    CHECK_FALSE(headers[0].duration);
    CHECK(headers[1].presentation_time == 4000);
    CHECK(headers[1].duration == 166'833);
}
