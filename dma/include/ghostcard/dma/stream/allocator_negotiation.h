// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/stream/memory_allocator.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace ghostcard::dma {

/// The filter behind the capture filter, whose input pin takes part in the choice of the allocator.
enum class DownstreamPeer {
    standard,          ///< Says nothing about its needs, and offers a CMemAllocator (CBaseInputPin).
    ignores_request,   ///< Its allocator agrees to everything and aligns nothing.
    shifts_by_prefix,  ///< Wants 16 bytes before each buffer, and offers a CMemAllocator.
    own_allocator,     ///< Its allocator derives from CBaseAllocator alone and refuses alignments.
    reuses_allocator,  ///< Offers the allocator of its own next connection (a transform in place), committed already.
};
inline constexpr DownstreamPeer downstream_peers[] = {DownstreamPeer::standard, DownstreamPeer::ignores_request,
                                                      DownstreamPeer::shifts_by_prefix, DownstreamPeer::own_allocator,
                                                      DownstreamPeer::reuses_allocator};

/// "shifts-by-prefix"
constexpr std::string_view name_of(DownstreamPeer peer) {
    switch (peer) {
        case DownstreamPeer::standard: return "standard";
        case DownstreamPeer::ignores_request: return "ignores-request";
        case DownstreamPeer::shifts_by_prefix: return "shifts-by-prefix";
        case DownstreamPeer::own_allocator: return "own-allocator";
        case DownstreamPeer::reuses_allocator: return "reuses-allocator";
    }
    return "unknown";
}

/// The output pin of the capture filter: what it needs, which the protocol has no question for, and what it makes of
/// that (DecideBufferSize, which each filter writes for itself).
struct CaptureOutput {
    std::int32_t buffers = 3;
    std::int32_t bytes = 0;
    std::int32_t alignment = 1;    ///< Of what GetPointer() returns, because a device fills it.
    bool states_alignment = true;  ///< DecideBufferSize asks for it; otherwise for what downstream wants.
    bool compares_actual = false;  ///< DecideBufferSize fails if the allocator's answer is less than asked.
};

/// What came out of a connection.
struct NegotiatedAllocator {
    HResult result = HResult::fail;
    bool downstream_allocator = false;  ///< The one that the peer offered; otherwise the output pin's own.
    std::optional<MemoryAllocator> allocator;

    bool connected() const { return result == HResult::ok; }
    /// Whether each buffer's pointer is a multiple of it.
    bool keeps_alignment(std::int32_t alignment) const;
};

/// The base classes' algorithm (amfilter.cpp, CBaseOutputPin::DecideAllocator): the peer's requirements, whatever it
/// answers; then the peer's allocator; then the output pin's own; at each, DecideBufferSize and NotifyAllocator, which
/// CBaseInputPin accepts unseen.
NegotiatedAllocator negotiate(const CaptureOutput& output, DownstreamPeer peer);

}  // namespace ghostcard::dma
