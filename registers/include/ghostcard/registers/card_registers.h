// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>
#include <ghostcard/registers/dma_registers.h>
#include <ghostcard/registers/interrupt_registers.h>
#include <ghostcard/registers/video_registers.h>

#include <cstdint>

namespace ghostcard::registers {

struct Id {
    static constexpr std::uint32_t offset = 0x000;
    static constexpr Text text{"ID", "Tells that this is the register window of a ghostcard."};

    struct Magic : Field<31, 0, Access::read_only, 0x47435244> {
        static constexpr Text text{"MAGIC", "\"GCRD\" in ASCII, the first letter in bits 31:24."};
    };
    using fields = Fields<Magic>;
};

struct Version {
    static constexpr std::uint32_t offset = 0x004;
    static constexpr Text text{"VERSION", "Version of this register map."};

    struct Minor : Field<15, 0, Access::read_only, 0> {
        static constexpr Text text{"MINOR", "Counts additions that an older driver need not know."};
    };
    struct Major : Field<31, 16, Access::read_only, 1> {
        static constexpr Text text{"MAJOR", "Counts changes that an older driver does not survive."};
    };
    using fields = Fields<Minor, Major>;
};

struct Capability {
    static constexpr std::uint32_t offset = 0x008;
    static constexpr Text text{"CAPABILITY",
                               "What the DMA engine demands of an operation. Depends on how the card is built; the "
                               "values after reset given here are the usual ones."};

    struct AddressBits : Field<6, 0, Access::read_only, 32> {
        static constexpr Text text{"ADDRESS_BITS",
                                   "Every byte of an operation lies below the bus address 2^ADDRESS_BITS."};
    };
    struct AlignmentLog2 : Field<11, 7, Access::read_only, 6> {
        static constexpr Text text{"ALIGNMENT_LOG2", "DMA_ADDRESS must be a multiple of 2^ALIGNMENT_LOG2 bytes."};
    };
    struct LengthMultipleLog2 : Field<16, 12, Access::read_only, 2> {
        static constexpr Text text{"LENGTH_MULTIPLE_LOG2",
                                   "DMA_LENGTH must be a multiple of 2^LENGTH_MULTIPLE_LOG2 bytes."};
    };
    struct BoundaryLog2 : Field<22, 17, Access::read_only, 0> {
        static constexpr Text text{"BOUNDARY_LOG2",
                                   "No operation may cross a multiple of 2^BOUNDARY_LOG2 bytes; 0: no such limit."};
    };
    struct MaxLengthLog2 : Field<27, 23, Access::read_only, 25> {
        static constexpr Text text{"MAX_LENGTH_LOG2", "DMA_LENGTH may not exceed 2^MAX_LENGTH_LOG2 bytes."};
    };
    using fields = Fields<AddressBits, AlignmentLog2, LengthMultipleLog2, BoundaryLog2, MaxLengthLog2>;
};

struct Control {
    static constexpr std::uint32_t offset = 0x00C;
    static constexpr Text text{"CONTROL", "Starts, stops and resets the card."};

    struct Enable : Bit<0, Access::read_write> {
        static constexpr Text text{"ENABLE", "Capture runs: frames of the signal enter card memory."};
    };
    struct SoftReset : Bit<1, Access::self_clearing> {
        static constexpr Text text{"SOFT_RESET",
                                   "Ends any DMA operation, empties card memory and gives all registers of this window "
                                   "their values after reset; only BUSY stays until the bus transaction under way "
                                   "has ended."};
    };
    using fields = Fields<Enable, SoftReset>;
};

struct Status {
    static constexpr std::uint32_t offset = 0x010;
    static constexpr Text text{"STATUS", "State of the video input."};

    struct VideoPresent : Bit<0, Access::read_only> {
        static constexpr Text text{"VIDEO_PRESENT", "A signal in the selected format is there."};
    };
    struct Capturing : Bit<1, Access::read_only> {
        static constexpr Text text{"CAPTURING", "A frame that is being captured is arriving."};
    };
    struct SecondField : Bit<2, Access::read_only> {
        static constexpr Text text{"FIELD", "The second field of an interlaced frame is arriving."};
    };
    struct Overrun : Bit<3, Access::read_only> {
        static constexpr Text text{"OVERRUN", "The frame now arriving has been torn: card memory was full."};
    };
    using fields = Fields<VideoPresent, Capturing, SecondField, Overrun>;
};

struct Scratch {
    static constexpr std::uint32_t offset = 0x06C;
    static constexpr Text text{"SCRATCH", "Without effect on the card."};

    struct Data : Field<31, 0, Access::read_write> {
        static constexpr Text text{"DATA", "Reads back what was written, to test access to the card."};
    };
    using fields = Fields<Data>;
};

/// BAR0.
struct CardRegisters : Map<Id, Version, Capability, Control, Status, InterruptStatus, InterruptEnable, InterruptForce,
                           DmaAddressLow, DmaAddressHigh, DmaLength, DmaControl, DmaStatus, DmaTransferred, DmaBurst,
                           VideoWidth, VideoHeight, VideoStride, VideoFormat, FrameCount, FrameTimeLow, FrameTimeHigh,
                           MemoryLevel, MemoryHighWater, DroppedFrames, TestPattern, Scratch> {
    static constexpr Text text{"CARD", "The registers of the ghostcard PCI video capture card, in BAR0."};
    static constexpr std::uint32_t extent = 4096;
};

}  // namespace ghostcard::registers
