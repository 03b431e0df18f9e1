// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/units.h>
#include <ghostcard/dma/stream/allocator_negotiation.h>
#include <ghostcard/registers/pattern.h>
#include <ghostcard/registers/pixel_format.h>

#include <cstdint>
#include <optional>

namespace ghostcard::dma {

/// How the capture driver gets a frame from the card into the consumer's buffer.
enum class Strategy {
    common_buffer,     ///< DMA into a common buffer, then a copy by the CPU: the sound way for this card.
    packet,            ///< DMA into the consumer's buffer, for which the host finds one bus address.
    scatter_gather,    ///< DMA into the consumer's buffer by its mappings, of which this card can be given one.
    rearm,             ///< As above, one mapping after the other: an operation and an interrupt for each.
    physical_address,  ///< As common_buffer, but the card is given its physical address: the classic mistake.
};

enum class InterruptKind { intx, msi };

struct DriverSettings {
    Strategy strategy = Strategy::common_buffer;
    InterruptKind interrupt = InterruptKind::intx;
    registers::PixelFormat pixel_format = registers::PixelFormat::yuy2;
    registers::Pattern pattern = registers::Pattern::off;  ///< The card's own picture in place of the incoming one.
    unsigned buffers = 2;                                  ///< Frames that fit the common buffer (1 to 16).
    bool moves_bytes = true;  ///< False: the copy out of a common buffer takes its time and nothing else.
    Bytes alignment{0};  ///< Of each frame in the buffer, a power of two up to 1 GiB; 0 for what CAPABILITY demands.
};

/// The application that receives the frames.
struct ConsumerSettings {
    std::optional<DownstreamPeer> allocator{};  ///< Who the buffers' allocator is negotiated with; nothing: nobody.
    Bytes alignment{0};                         ///< What that asks for (cbAlign, a power of two); 0: nothing.
    Bytes prefix{0};                            ///< What that wants before each buffer (cbPrefix).
    unsigned buffers = 3;                       ///< Frame buffers in circulation (1 to 64).
    Bytes page_offset{0};             ///< Where in its first page each buffer begins (below 4096 B), if no allocator
                                      ///< says so.
    Duration hold = milliseconds(1);  ///< How long a delivered frame is kept before its buffer comes back.
};

/// Where the pages of user memory come from.
enum class Fragmentation {
    contiguous,  ///< One physical run: what a minimal graph on a fresh machine may show.
    scattered,   ///< No two neighbouring pages are neighbours in RAM.
};

}  // namespace ghostcard::dma
