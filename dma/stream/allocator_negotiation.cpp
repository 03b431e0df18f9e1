// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stream/allocator_negotiation.h>

#include <algorithm>
#include <utility>

namespace ghostcard::dma {
namespace {

constexpr std::int32_t wanted_prefix = 16;

/// IMemInputPin::GetAllocatorRequirements
HResult requirements(DownstreamPeer peer, AllocatorProperties& properties) {
    if (peer != DownstreamPeer::shifts_by_prefix) return HResult::not_implemented;  // as CBaseInputPin
    properties = {.buffers = 0, .bytes = 0, .alignment = 1, .prefix = wanted_prefix};
    return HResult::ok;
}

/// IMemInputPin::GetAllocator
MemoryAllocator offered(DownstreamPeer peer, const CaptureOutput& output) {
    switch (peer) {
        case DownstreamPeer::standard:
        case DownstreamPeer::shifts_by_prefix: break;
        case DownstreamPeer::ignores_request: return MemoryAllocator(AllocatorKind::careless);
        case DownstreamPeer::own_allocator: return MemoryAllocator(AllocatorKind::base);
        case DownstreamPeer::reuses_allocator: {
            // Made for another pair of pins: pictures of lines that it pads by 16 bytes, one behind the other.
            const AllocatorProperties theirs{
                .buffers = std::max(output.buffers, 2), .bytes = output.bytes + 16, .alignment = 1, .prefix = 0};
            return MemoryAllocator(AllocatorKind::committed, theirs);
        }
    }
    return MemoryAllocator(AllocatorKind::memory);
}

/// The capture filter's own; may change the properties that both attempts share.
HResult decide_buffer_size(const CaptureOutput& output, MemoryAllocator& allocator, AllocatorProperties& properties) {
    properties.buffers = std::max(properties.buffers, output.buffers);
    properties.bytes = std::max(properties.bytes, output.bytes);
    if (output.states_alignment) properties.alignment = std::max(properties.alignment, output.alignment);
    AllocatorProperties actual;
    const HResult result = allocator.set_properties(properties, actual);
    // A committed allocator refuses the call, and is usable all the same if it is large enough.
    if (result != HResult::ok && result != HResult::already_committed) return result;
    if (actual.bytes < output.bytes || actual.buffers < 1) return HResult::fail;
    if (output.compares_actual && actual.alignment % std::max(properties.alignment, 1) != 0) return HResult::fail;
    return HResult::ok;
}

}  // namespace

bool NegotiatedAllocator::keeps_alignment(std::int32_t alignment) const {
    const auto pointers = allocator ? allocator->pointers() : std::vector<std::uint64_t>{};
    return connected() && std::ranges::all_of(pointers, [alignment](std::uint64_t pointer) {
               return pointer % static_cast<std::uint64_t>(alignment) == 0;
           });
}

NegotiatedAllocator negotiate(const CaptureOutput& output, DownstreamPeer peer) {
    AllocatorProperties properties;
    if (requirements(peer, properties) != HResult::ok) properties = {};  // asked, and the answer is not looked at
    if (properties.alignment == 0) properties.alignment = 1;

    NegotiatedAllocator outcome;
    MemoryAllocator theirs = offered(peer, output);
    if (decide_buffer_size(output, theirs, properties) == HResult::ok) {
        outcome.result = HResult::ok;  // NotifyAllocator of CBaseInputPin accepts anything
        outcome.downstream_allocator = true;
        outcome.allocator = theirs;
        return outcome;
    }
    MemoryAllocator own(AllocatorKind::memory);
    outcome.result = decide_buffer_size(output, own, properties);
    if (outcome.result == HResult::ok) outcome.allocator = own;
    return outcome;
}

}  // namespace ghostcard::dma
