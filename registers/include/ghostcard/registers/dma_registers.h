// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>
#include <ghostcard/registers/dma_error_code.h>

#include <cstdint>

namespace ghostcard::registers {

struct DmaAddressLow {
    static constexpr std::uint32_t offset = 0x020;
    static constexpr Text text{"DMA_ADDRESS_LOW", "Bus address of the first byte that an operation writes, bits 31:0."};

    struct Address : Field<31, 0, Access::read_write> {
        static constexpr Text text{"ADDRESS", "The address must be a multiple of 2^ALIGNMENT_LOG2 bytes."};
    };
    using fields = Fields<Address>;
};

struct DmaAddressHigh {
    static constexpr std::uint32_t offset = 0x024;
    static constexpr Text text{"DMA_ADDRESS_HIGH",
                               "Bus address of the first byte that an operation writes, bits 63:32."};

    struct Address : Field<31, 0, Access::read_write> {
        static constexpr Text text{"ADDRESS", "0 for an address below 4 GiB."};
    };
    using fields = Fields<Address>;
};

struct DmaLength {
    static constexpr std::uint32_t offset = 0x028;
    static constexpr Text text{
        "DMA_LENGTH", "Bytes of video that an operation moves at most; it also ends with the last byte of a frame."};

    struct Bytes : Field<31, 0, Access::read_write> {
        static constexpr Text text{
            "BYTES", "From 2^LENGTH_MULTIPLE_LOG2 to 2^MAX_LENGTH_LOG2 bytes, a multiple of 2^LENGTH_MULTIPLE_LOG2."};
    };
    using fields = Fields<Bytes>;
};

struct DmaControl {
    static constexpr std::uint32_t offset = 0x02C;
    static constexpr Text text{"DMA_CONTROL", "Starts and ends a DMA operation."};

    struct Go : Bit<0, Access::self_clearing> {
        static constexpr Text text{"GO",
                                   "Starts one operation with the present address and length, or refuses it with an "
                                   "error. While BUSY it only sets GO_WHILE_BUSY."};
    };
    struct Abort : Bit<1, Access::self_clearing> {
        static constexpr Text text{"ABORT",
                                   "Ends the operation under way after the present bus transaction, with the error "
                                   "ABORTED. No effect without one."};
    };
    using fields = Fields<Go, Abort>;
};

struct DmaStatus {
    static constexpr std::uint32_t offset = 0x030;
    static constexpr Text text{"DMA_STATUS",
                               "State of the DMA operation. GO clears DONE, ERROR and ERROR_CODE of the one before."};

    struct Busy : Bit<0, Access::read_only> {
        static constexpr Text text{"BUSY", "An operation is under way; the card may write to host memory."};
    };
    struct Done : Bit<1, Access::read_only> {
        static constexpr Text text{"DONE", "The last operation ended well."};
    };
    struct Error : Bit<2, Access::read_only> {
        static constexpr Text text{"ERROR", "The last operation was refused or failed."};
    };
    struct GoWhileBusy : Bit<3, Access::write_1_to_clear> {
        static constexpr Text text{"GO_WHILE_BUSY", "GO was written while BUSY; the write had no other effect."};
    };
    struct WriteWhileBusy : Bit<4, Access::write_1_to_clear> {
        static constexpr Text text{"WRITE_WHILE_BUSY",
                                   "A parameter of the operation (DMA_ADDRESS_LOW, DMA_ADDRESS_HIGH, DMA_LENGTH, "
                                   "DMA_BURST) was written while BUSY; the write had no other effect."};
    };
    struct ErrorCode : Field<15, 8, Access::read_only, DmaErrorCode::none> {
        static constexpr Text text{"ERROR_CODE", "Why the last operation was refused or failed."};
        static constexpr auto values = dma_error_codes;
    };
    using fields = Fields<Busy, Done, Error, GoWhileBusy, WriteWhileBusy, ErrorCode>;
};

struct DmaTransferred {
    static constexpr std::uint32_t offset = 0x034;
    static constexpr Text text{"DMA_TRANSFERRED", "Progress of the present operation, or where the last one ended."};

    struct Bytes : Field<31, 0, Access::read_only> {
        static constexpr Text text{"BYTES", "Bytes that the bus has taken since GO."};
    };
    using fields = Fields<Bytes>;
};

struct DmaBurst {
    static constexpr std::uint32_t offset = 0x038;
    static constexpr Text text{"DMA_BURST", "How much the card moves in one bus transaction at most."};

    struct Bytes : Field<16, 0, Access::read_write, 256> {
        static constexpr Text text{"BYTES", "Bytes, rounded down to a multiple of 4; less than 4 counts as 4."};
    };
    using fields = Fields<Bytes>;
};

}  // namespace ghostcard::registers
