// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>
#include <ghostcard/registers/pattern.h>
#include <ghostcard/registers/pixel_format.h>

#include <array>
#include <cstdint>

namespace ghostcard::registers {

struct VideoWidth {
    static constexpr std::uint32_t offset = 0x040;
    static constexpr Text text{"VIDEO_WIDTH", "Width of the incoming picture."};

    struct Pixels : Field<15, 0, Access::read_only> {
        static constexpr Text text{"PIXELS", "Visible pixels of a line; 0 without a signal."};
    };
    using fields = Fields<Pixels>;
};

struct VideoHeight {
    static constexpr std::uint32_t offset = 0x044;
    static constexpr Text text{"VIDEO_HEIGHT", "Height of the incoming picture."};

    struct Lines : Field<15, 0, Access::read_only> {
        static constexpr Text text{"LINES",
                                   "Visible lines of a frame, of both fields if interlaced; 0 without a signal."};
    };
    using fields = Fields<Lines>;
};

struct VideoStride {
    static constexpr std::uint32_t offset = 0x048;
    static constexpr Text text{"VIDEO_STRIDE", "Distance of the lines of a frame in host memory."};

    struct Bytes : Field<23, 0, Access::read_write> {
        static constexpr Text text{"BYTES",
                                   "Bytes from the start of a line to the start of the next; 0: lines are adjacent."};
    };
    using fields = Fields<Bytes>;
};

struct VideoFormat {
    static constexpr std::uint32_t offset = 0x04C;
    static constexpr Text text{"VIDEO_FORMAT", "Layout of the pixels that the card delivers."};

    struct Format : Field<1, 0, Access::read_write, PixelFormat::yuy2> {
        static constexpr Text text{"FORMAT", "Pixel format."};
        static constexpr std::array values{
            Enumerator{PixelFormat::yuy2, name_of(PixelFormat::yuy2), "Packed 4:2:2, bytes Y0 U Y1 V for two pixels."},
            Enumerator{PixelFormat::uyvy, name_of(PixelFormat::uyvy), "Packed 4:2:2, bytes U Y0 V Y1 for two pixels."},
            Enumerator{PixelFormat::nv12, name_of(PixelFormat::nv12),
                       "4:2:0: a plane of Y, then a plane of U V pairs of half the height."},
            Enumerator{PixelFormat::rgb24, name_of(PixelFormat::rgb24), "Bytes R G B for each pixel."},
        };
    };
    using fields = Fields<Format>;
};

struct FrameCount {
    static constexpr std::uint32_t offset = 0x050;
    static constexpr Text text{"FRAME_COUNT", "Finished frames."};

    struct Frames : Field<31, 0, Access::read_only> {
        static constexpr Text text{"FRAMES", "Frames whose last byte went to the bus since reset; wraps at 2^32."};
    };
    using fields = Fields<Frames>;
};

struct FrameTimeLow {
    static constexpr std::uint32_t offset = 0x054;
    static constexpr Text text{"FRAME_TIME_LOW",
                               "When the first pixel of the last finished frame arrived, bits 31:0. Reading it latches "
                               "FRAME_TIME_HIGH, so read it first."};

    struct Nanoseconds : Field<31, 0, Access::read_only> {
        static constexpr Text text{"NANOSECONDS", "Nanoseconds of card time."};
    };
    using fields = Fields<Nanoseconds>;
};

struct FrameTimeHigh {
    static constexpr std::uint32_t offset = 0x058;
    static constexpr Text text{"FRAME_TIME_HIGH",
                               "When the first pixel of the last finished frame arrived, bits 63:32, as latched by the "
                               "last read of FRAME_TIME_LOW."};

    struct Nanoseconds : Field<31, 0, Access::read_only> {
        static constexpr Text text{"NANOSECONDS", "Units of 2^32 nanoseconds of card time."};
    };
    using fields = Fields<Nanoseconds>;
};

struct MemoryLevel {
    static constexpr std::uint32_t offset = 0x05C;
    static constexpr Text text{"MEMORY_LEVEL", "Fill of the card memory between video input and DMA engine."};

    struct Bytes : Field<31, 0, Access::read_only> {
        static constexpr Text text{"BYTES", "Bytes now in card memory."};
    };
    using fields = Fields<Bytes>;
};

struct MemoryHighWater {
    static constexpr std::uint32_t offset = 0x060;
    static constexpr Text text{"MEMORY_HIGH_WATER", "Highest fill of the card memory."};

    struct Bytes : Field<31, 0, Access::read_only> {
        static constexpr Text text{"BYTES", "Most bytes that were in card memory at once since reset."};
    };
    using fields = Fields<Bytes>;
};

struct DroppedFrames {
    static constexpr std::uint32_t offset = 0x064;
    static constexpr Text text{"DROPPED_FRAMES", "Lost frames."};

    struct Frames : Field<31, 0, Access::read_only> {
        static constexpr Text text{"FRAMES", "Frames torn by an overrun or without room since reset; wraps at 2^32."};
    };
    using fields = Fields<Frames>;
};

struct TestPattern {
    static constexpr std::uint32_t offset = 0x068;
    static constexpr Text text{"PATTERN", "Test picture in place of the incoming one, in the timing of the signal."};

    struct Select : Field<1, 0, Access::read_write, Pattern::off> {
        static constexpr Text text{"SELECT", "Which picture is captured."};
        static constexpr auto values = patterns;
    };
    using fields = Fields<Select>;
};

}  // namespace ghostcard::registers
