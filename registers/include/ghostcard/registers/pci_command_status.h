// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>

#include <array>
#include <cstdint>

namespace ghostcard::registers {

/// PCI Local Bus Specification 2.3 and 3.0, 6.2.2, Device Control, and 6.2.3, Device Status: COMMAND in bits 15:0,
/// STATUS in bits 31:16.
struct CommandStatus {
    static constexpr std::uint32_t offset = 0x04;
    static constexpr Text text{"COMMAND_STATUS",
                               "The command register, and the status register in the upper half. Write with byte "
                               "enables or zeros in the upper half, lest status bits be cleared by the way."};

    struct IoSpace : Bit<0, Access::read_only> {
        static constexpr Text text{"IO_SPACE", "The card has no I/O registers."};
    };
    struct MemorySpace : Bit<1, Access::read_write> {
        static constexpr Text text{"MEMORY_SPACE", "The card answers to memory accesses in BAR0."};
    };
    struct BusMaster : Bit<2, Access::read_write> {
        static constexpr Text text{"BUS_MASTER", "The card may move data and send interrupt messages."};
    };
    struct MemoryWriteAndInvalidate : Bit<4, Access::read_write> {
        static constexpr Text text{"MEMORY_WRITE_AND_INVALIDATE",
                                   "The card may write whole cache lines by memory write and invalidate."};
    };
    struct FastBackToBackEnable : Bit<9, Access::read_write> {
        static constexpr Text text{"FAST_BACK_TO_BACK_ENABLE",
                                   "The card may begin a transaction without an idle clock after a write of its own."};
    };
    struct InterruptDisable : Bit<10, Access::read_write> {
        static constexpr Text text{"INTERRUPT_DISABLE", "The card may not assert INTA#."};
    };
    struct InterruptStatus : Bit<19, Access::read_only> {
        static constexpr Text text{"INTERRUPT_STATUS", "An interrupt is pending, whatever INTERRUPT_DISABLE says."};
    };
    struct CapabilitiesList : Bit<20, Access::read_only, 1> {
        static constexpr Text text{"CAPABILITIES_LIST", "CAPABILITIES_POINTER is valid."};
    };
    struct Capable66MHz : Bit<21, Access::read_only, 1> {
        static constexpr Text text{"CAPABLE_66MHZ", "The card runs on a 66 MHz bus."};
    };
    struct FastBackToBack : Bit<23, Access::read_only> {
        static constexpr Text text{"FAST_BACK_TO_BACK",
                                   "The card takes no fast back-to-back transactions that began at another target."};
    };
    struct MasterDataParityError : Bit<24, Access::write_1_to_clear> {
        static constexpr Text text{"MASTER_DATA_PARITY_ERROR", "Parity failed in a transaction of the card."};
    };
    struct DevselTiming : Field<26, 25, Access::read_only, 1> {
        static constexpr Text text{"DEVSEL_TIMING", "How soon the card asserts DEVSEL# at the latest."};
        static constexpr std::array values{
            Enumerator{0, "FAST", "One clock after the address."},
            Enumerator{1, "MEDIUM", "Two clocks after the address."},
            Enumerator{2, "SLOW", "Three clocks after the address."},
        };
    };
    struct SignalledTargetAbort : Bit<27, Access::write_1_to_clear> {
        static constexpr Text text{"SIGNALLED_TARGET_ABORT", "The card ended a transaction as its target by an abort."};
    };
    struct ReceivedTargetAbort : Bit<28, Access::write_1_to_clear> {
        static constexpr Text text{"RECEIVED_TARGET_ABORT", "The target ended a transaction of the card by an abort."};
    };
    struct ReceivedMasterAbort : Bit<29, Access::write_1_to_clear> {
        static constexpr Text text{"RECEIVED_MASTER_ABORT", "No target answered a transaction of the card."};
    };
    struct SignalledSystemError : Bit<30, Access::write_1_to_clear> {
        static constexpr Text text{"SIGNALLED_SYSTEM_ERROR", "The card asserted SERR#."};
    };
    struct DetectedParityError : Bit<31, Access::write_1_to_clear> {
        static constexpr Text text{"DETECTED_PARITY_ERROR", "The card saw data or an address with wrong parity."};
    };
    using fields = Fields<IoSpace, MemorySpace, BusMaster, MemoryWriteAndInvalidate, FastBackToBackEnable,
                          InterruptDisable, InterruptStatus, CapabilitiesList, Capable66MHz, FastBackToBack,
                          MasterDataParityError, DevselTiming, SignalledTargetAbort, ReceivedTargetAbort,
                          ReceivedMasterAbort, SignalledSystemError, DetectedParityError>;
};

}  // namespace ghostcard::registers
