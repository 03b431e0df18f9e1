// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stream/allocator_negotiation.h>
#include <ghostcard/dma/stream/framing.h>
#include <tests/support/catch.h>

#include <cstdint>
#include <vector>

using namespace ghostcard::dma;
using ghostcard::VirtualAddress;

// Microsoft, Windows-classic-samples, directshow/baseclasses/amfilter.cpp, unless a test names another source.

namespace {

constexpr std::int32_t frame = 4'147'200;  // 1920 x 1080 x 2: a multiple of 64, and of no larger power of two than 2048

CaptureOutput output(std::int32_t alignment) { return {.buffers = 3, .bytes = frame, .alignment = alignment}; }

}  // namespace

TEST_CASE("of five peers two keep the alignment that the capture pin states", "[dma][stream][allocator]") {
    for (const DownstreamPeer peer : downstream_peers) {
        INFO(name_of(peer));
        const auto outcome = negotiate(output(64), peer);
        REQUIRE(outcome.connected());
        const bool keeps = peer == DownstreamPeer::standard || peer == DownstreamPeer::own_allocator;
        CHECK(outcome.keeps_alignment(64) == keeps);
        CHECK(outcome.keeps_alignment(1));
    }
}

TEST_CASE("the peer's allocator is tried first, the pin's own if that refuses", "[dma][stream][allocator]") {
    CHECK(negotiate(output(64), DownstreamPeer::standard).downstream_allocator);
    CHECK(negotiate(output(1), DownstreamPeer::own_allocator).downstream_allocator);
    CHECK_FALSE(negotiate(output(64), DownstreamPeer::own_allocator).downstream_allocator);
}

TEST_CASE("a need that DecideBufferSize does not state is not met by anybody on purpose", "[dma][stream][allocator]") {
    // The protocol asks downstream only.
    auto silent = output(4096);
    silent.states_alignment = false;
    const auto outcome = negotiate(silent, DownstreamPeer::standard);
    REQUIRE(outcome.connected());
    CHECK(outcome.allocator->properties().alignment == 1);  // 0 in the request becomes 1
    CHECK_FALSE(outcome.keeps_alignment(4096));
    CHECK(outcome.keeps_alignment(2048));  // by the size of the frame, which is chance
}

TEST_CASE("the prefix is aligned, and what follows it is not", "[dma][stream][allocator]") {
    const auto outcome = negotiate(output(64), DownstreamPeer::shifts_by_prefix);
    CHECK(outcome.allocator->properties() == AllocatorProperties{3, frame, 64, 16});
    for (const std::uint64_t pointer : outcome.allocator->pointers()) CHECK(pointer % 64 == 16);
    CHECK(negotiate(output(16), DownstreamPeer::shifts_by_prefix).keeps_alignment(16));
}

TEST_CASE("who compares the actual properties falls back to the own allocator", "[dma][stream][allocator]") {
    auto careful = output(64);
    careful.compares_actual = true;
    for (const DownstreamPeer peer : {DownstreamPeer::ignores_request, DownstreamPeer::reuses_allocator}) {
        const auto outcome = negotiate(careful, peer);
        CHECK(outcome.connected());
        CHECK_FALSE(outcome.downstream_allocator);
        CHECK(outcome.keeps_alignment(64));
    }
    // The alignment of a prefix is as asked, so comparing does not help.
    CHECK_FALSE(negotiate(careful, DownstreamPeer::shifts_by_prefix).keeps_alignment(64));
}

TEST_CASE("CMemAllocator refuses an alignment of 0 and beyond the granularity, and takes any other",
          "[dma][stream][allocator]") {
    const auto result = [](AllocatorKind kind, std::int32_t alignment) {
        AllocatorProperties actual;
        return MemoryAllocator(kind).set_properties({1, 100, alignment, 0}, actual);
    };
    CHECK(result(AllocatorKind::memory, 0) == HResult::bad_alignment);
    CHECK(result(AllocatorKind::memory, 1) == HResult::ok);
    CHECK(result(AllocatorKind::memory, 48) == HResult::ok);  // no power of two: merely logged
    CHECK(result(AllocatorKind::memory, 65536) == HResult::ok);
    CHECK(result(AllocatorKind::memory, 65537) == HResult::bad_alignment);
    CHECK(result(AllocatorKind::base, 1) == HResult::ok);
    CHECK(result(AllocatorKind::base, 2) == HResult::bad_alignment);
    CHECK(result(AllocatorKind::committed, 64) == HResult::already_committed);
}

TEST_CASE("an alignment that nobody can meet fails the connection", "[dma][stream][allocator]") {
    CHECK_FALSE(negotiate(output(131072), DownstreamPeer::standard).connected());
    CHECK_FALSE(negotiate(output(131072), DownstreamPeer::standard).keeps_alignment(1));
}

TEST_CASE("buffers of an allocator do not overlap and lie in its memory", "[dma][stream][allocator]") {
    for (const DownstreamPeer peer : downstream_peers) {
        const auto outcome = negotiate(output(64), peer);
        const auto pointers = outcome.allocator->pointers();
        REQUIRE(pointers.size() >= 3);
        for (std::size_t i = 1; i < pointers.size(); ++i) CHECK(pointers[i] - pointers[i - 1] >= frame);
        CHECK(pointers.back() + frame <= outcome.allocator->memory_bytes());
    }
}

TEST_CASE("a framing's alignment is a mask", "[dma][stream][framing]") {
    // FILE_64_BYTE_ALIGNMENT is 0x3f (wdm.h)
    const AllocatorFraming framing{.file_alignment = 0x3f, .smallest = 100, .largest = 200};
    CHECK(framing.valid());
    CHECK(framing.alignment() == 64);
    CHECK(framing.met_by(VirtualAddress{0x1040}, 100));
    CHECK_FALSE(framing.met_by(VirtualAddress{0x1020}, 100));
    CHECK_FALSE(framing.met_by(VirtualAddress{0x1040}, 99));
    CHECK(framing.met_by(VirtualAddress{0x1040}, 200));
    CHECK_FALSE(framing.met_by(VirtualAddress{0x1040}, 201));
    CHECK_FALSE(AllocatorFraming{.file_alignment = 64}.valid());  // bytes in place of a mask
    CHECK(AllocatorFraming{.file_alignment = 0}.valid());
    CHECK(framing.has_to_be_met());
    CHECK_FALSE(AllocatorFraming{.preferences_only = true}.has_to_be_met());
}
