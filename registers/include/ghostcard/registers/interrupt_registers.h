// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>

#include <cstdint>

namespace ghostcard::registers {

/// The interrupt causes, at the same bits of the three interrupt registers.
template <Access access>
struct InterruptCauses {
    struct FrameDone : Bit<0, access> {
        static constexpr Text text{"FRAME_DONE", "The last byte of a frame has been handed to the bus."};
    };
    struct DmaDone : Bit<1, access> {
        static constexpr Text text{"DMA_DONE", "A DMA operation ended well without ending its frame."};
    };
    struct DmaError : Bit<2, access> {
        static constexpr Text text{"DMA_ERROR",
                                   "A DMA operation was refused or failed; DMA_STATUS.ERROR_CODE tells why."};
    };
    struct FrameDropped : Bit<3, access> {
        static constexpr Text text{"FRAME_DROPPED", "A frame was torn by an overrun or found no room in card memory."};
    };
    struct Forced : Bit<31, access> {
        static constexpr Text text{"FORCED", "No cause of its own: set only through IRQ_FORCE, to test the interrupt."};
    };
    using fields = Fields<FrameDone, DmaDone, DmaError, FrameDropped, Forced>;
};

struct InterruptStatus : InterruptCauses<Access::write_1_to_clear> {
    static constexpr std::uint32_t offset = 0x014;
    static constexpr Text text{"IRQ_STATUS",
                               "Latched interrupt causes, whether enabled or not. The card requests an interrupt while "
                               "a cause is set whose bit in IRQ_ENABLE is set."};
};

struct InterruptEnable : InterruptCauses<Access::read_write> {
    static constexpr std::uint32_t offset = 0x018;
    static constexpr Text text{"IRQ_ENABLE", "Causes that request an interrupt."};
};

struct InterruptForce : InterruptCauses<Access::write_only> {
    static constexpr std::uint32_t offset = 0x01C;
    static constexpr Text text{
        "IRQ_FORCE", "Each one written sets that cause in IRQ_STATUS as if it had occurred; zeros do nothing."};
};

}  // namespace ghostcard::registers
