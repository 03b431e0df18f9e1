// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stream/stream_queue.h>
#include <tests/dma/adapter/dma_host.h>

#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::Mdl;
using dma::NtStatus;
using dma::StreamQueue;

// WDK, "Stream Pointers", "Stream Pointers and IRP Cancellation"; DDI, ks.h, KsStreamPointer* of the routine.

namespace {

struct Queue : DmaHost {
    explicit Queue(bool enforce_fifo = false, const dma::HalSettings& settings = {})
        : DmaHost(std::nullopt, settings), queue(enforce_fifo) {}
    /// An IRP with so many frames.
    void send(std::uint64_t irp, unsigned frames = 1, std::uint64_t length = 3 * page_size) {
        std::vector<StreamQueue::FrameMemory> parts;
        for (unsigned i = 0; i < frames; ++i) {
            auto& made = buffer(length);
            parts.push_back({made.bytes(), Mdl::of(made)});
        }
        queue.send(irp, std::move(parts));
    }
    std::vector<std::uint64_t> completed() {
        std::vector<std::uint64_t> irps;
        for (const auto& done : queue.take_completions()) irps.push_back(done.irp);
        return irps;
    }
    StreamQueue queue;
};

using Irps = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("the leading edge points to the oldest frame and stays on it", "[dma][stream]") {
    Queue host;
    CHECK(host.queue.leading_edge() == nullptr);
    host.send(1);
    auto* const lead = host.queue.leading_edge();
    REQUIRE(lead != nullptr);  // a frame that reaches an empty queue becomes the leading edge's
    const auto bytes = host.queue.bytes(*lead);
    host.send(2);
    host.queue.unlock(*lead);
    CHECK(host.queue.bytes(*host.queue.leading_edge()).data() == bytes.data());
    CHECK(host.completed().empty());
}

TEST_CASE("a frame is complete when the leading edge has passed it, an IRP with its last frame", "[dma][stream]") {
    Queue host;
    host.send(1, 2);
    host.queue.unlock(*host.queue.leading_edge(), true);
    CHECK(host.completed().empty());
    host.queue.unlock(*host.queue.leading_edge(), true);
    CHECK(host.completed() == Irps{1});
    CHECK(host.queue.outstanding() == 0);
}

TEST_CASE("a clone keeps its frame until it is removed", "[dma][stream]") {
    Queue host;
    host.send(1);
    host.send(2);
    auto* const lead = host.queue.leading_edge();
    auto& clone = host.queue.clone(*lead);
    CHECK(host.queue.advance(*lead) == NtStatus::success);
    CHECK(host.completed().empty());
    host.queue.unlock(*lead, true);
    CHECK(host.completed() == Irps{2});  // not held up by the first
    host.queue.remove(clone);
    CHECK(host.completed() == Irps{1});
}

TEST_CASE("KSPIN_FLAG_ENFORCE_FIFO completes in the order of sending", "[dma][stream]") {
    Queue host(true);
    host.send(1);
    host.send(2);
    auto* const lead = host.queue.leading_edge();
    auto& clone = host.queue.clone(*lead);
    CHECK(host.queue.advance(*lead) == NtStatus::success);
    host.queue.unlock(*lead, true);
    CHECK(host.completed().empty());
    host.queue.remove(clone);
    CHECK(host.completed() == Irps{1, 2});
}

TEST_CASE("advancing at the end of the queue says device not ready", "[dma][stream]") {
    Queue host;
    host.send(1);
    auto* const lead = host.queue.leading_edge();
    CHECK(host.queue.advance(*lead) == NtStatus::device_not_ready);
    CHECK(host.queue.advance(*lead) == NtStatus::device_not_ready);
    CHECK(host.completed() == Irps{1});
}

TEST_CASE("offsets need the lock and go up to what remains, and at its end to the next frame", "[dma][stream]") {
    Queue host;
    host.send(1, 1, 100);
    host.send(2, 1, 100);
    auto* const lead = host.queue.leading_edge();
    CHECK(lead->remaining == 100);
    CHECK(host.queue.advance_offsets(*lead, 101) == NtStatus::invalid_parameter);
    CHECK(host.queue.advance_offsets(*lead, 99) == NtStatus::success);
    CHECK(lead->remaining == 1);
    CHECK(host.completed().empty());
    CHECK(host.queue.advance_offsets(*lead, 1) == NtStatus::success);
    CHECK(host.completed() == Irps{1});
    CHECK(lead->remaining == 100);
    host.queue.unlock(*lead);
    CHECK(host.queue.advance_offsets(*lead, 1) == NtStatus::invalid_parameter);
}

TEST_CASE("cancelling takes the frames that are not locked, and moves the leading edge on", "[dma][stream]") {
    Queue host;
    host.send(1);
    host.send(2);
    host.queue.cancel(1);
    CHECK(host.completed() == Irps{1});
    auto* const lead = host.queue.leading_edge();
    REQUIRE(lead != nullptr);
    host.queue.cancel(2);
    CHECK(host.completed().empty());  // locked
    host.queue.unlock(*lead);
    const auto done = host.queue.take_completions();
    REQUIRE(done.size() == 1);
    CHECK(done[0].status == NtStatus::cancelled);
    CHECK(host.queue.leading_edge() == nullptr);
}

TEST_CASE("a clone hears of the cancellation, and the IRP waits until it is removed", "[dma][stream]") {
    Queue host;
    host.send(1);
    bool hardware_uses_frame = true;
    StreamQueue::Pointer* clone = nullptr;
    auto* const lead = host.queue.leading_edge();
    int heard = 0;
    clone = &host.queue.clone(*lead, [&] {
        ++heard;
        if (!hardware_uses_frame) host.queue.remove(*clone);  // else only when the hardware has skipped it
    });
    host.queue.unlock(*clone);
    host.queue.unlock(*lead);
    SECTION("hardware has been told to skip before") {
        hardware_uses_frame = false;
        host.queue.cancel(1);
        CHECK(host.completed() == Irps{1});
    }
    SECTION("hardware is told to skip later") {
        host.queue.cancel(1);
        CHECK(host.completed().empty());
        CHECK(host.queue.lock(*clone) == NtStatus::cancelled);
        host.queue.remove(*clone);
        CHECK(host.completed() == Irps{1});
    }
    CHECK(heard == 1);
}

TEST_CASE("mappings are made when a pointer is locked, one for each run, and go when the frame is complete",
          "[dma][stream][mappings]") {
    Queue host;
    auto& adapter = host.adapter(list_device());
    host.queue.generate_mappings(adapter, frame_1080p_yuy2 * 2);
    host.send(1, 1, frame_1080p_yuy2);
    CHECK(host.verifier.mappings().live().empty());
    auto* const lead = host.queue.leading_edge();
    REQUIRE(lead != nullptr);
    CHECK(host.queue.mappings(*lead).size() == 1013);  // however large MaxMappingsByteCount is
    CHECK(lead->remaining == 1013);
    host.queue.unlock(*lead, true);
    CHECK(host.completed() == Irps{1});
    CHECK(host.verifier.mappings().live().empty());
    CHECK(host.codes().empty());
}

TEST_CASE("MaxMappingsByteCount splits and never merges", "[dma][stream][mappings]") {
    const std::vector<dma::ScatterGatherElement> elements{{{0x1000}, 4096}, {{0x2000}, 4096}, {{0x9000}, 10'000}};
    const auto count = [&](std::uint64_t max) { return dma::mappings_of(elements, max).size(); };
    CHECK(count(1u << 30) == 3);  // although the first two touch
    CHECK(count(10'000) == 3);
    CHECK(count(9'999) == 4);
    CHECK(count(4096) == 5);
    CHECK(count(4095) == 7);
    const auto split = dma::mappings_of(elements, 4096);
    CHECK(split[4].address == BusAddress{0x9000 + 8192});
    CHECK(split[4].bytes == 10'000 - 8192);
}

TEST_CASE("a device without scatter/gather gets one mapping at the lock, if the registers suffice",
          "[dma][stream][mappings]") {
    for (const std::uint64_t registers : {2u, 3u}) {
        Queue host(false, {.map_registers = registers});
        auto& adapter = host.adapter(packet_device());
        host.queue.generate_mappings(adapter, 1u << 30);
        host.send(1);
        auto* const lead = host.queue.leading_edge();
        CHECK((lead != nullptr) == (registers == 3));
        if (lead != nullptr) CHECK(host.queue.mappings(*lead).size() == 1);
    }
}

TEST_CASE("DataUsed is in mappings where they are generated, unless the driver sets it", "[dma][stream][mappings]") {
    // DDI: on advance past a frame DataUsed becomes Count - Remaining. A sample's author sets it (avshws, capture.cpp).
    Queue host;
    auto& adapter = host.adapter(list_device());
    host.queue.generate_mappings(adapter, 1u << 30);
    host.send(1);
    host.send(2);
    auto* const lead = host.queue.leading_edge();
    CHECK(host.queue.advance_offsets(*lead, 3) == NtStatus::success);
    auto done = host.queue.take_completions();
    REQUIRE(done.size() == 1);
    CHECK(done[0].headers[0].data_used == 3);
    host.queue.header(*lead).data_used = 12'288;
    CHECK(host.queue.advance_offsets(*lead, 3) == NtStatus::device_not_ready);
    done = host.queue.take_completions();
    REQUIRE(done.size() == 1);
    CHECK(done[0].headers[0].data_used == 12'288);
}

TEST_CASE("a queue that goes takes its mappings with it", "[dma][stream][mappings]") {
    DmaHost host;
    auto& adapter = host.adapter(list_device());
    auto& buffer = host.buffer(3 * page_size);
    {
        StreamQueue queue;
        queue.generate_mappings(adapter, 4096);
        queue.send(1, {{buffer.bytes(), Mdl::of(buffer)}});
        REQUIRE(queue.leading_edge() != nullptr);
        CHECK_FALSE(host.verifier.mappings().live().empty());
    }
    CHECK(host.verifier.mappings().live().empty());
}
