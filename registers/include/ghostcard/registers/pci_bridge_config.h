// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>
#include <ghostcard/registers/pci_config.h>

#include <cstdint>

/// The configuration space of a PCI-to-PCI bridge: the header of type 1 (PCI-to-PCI Bridge Architecture
/// Specification 1.1, chapter 3, whose sections are named below). What it has in common with type 0 is in pci_config.h;
/// BridgeRegisters gives other values to it.
namespace ghostcard::registers {

/// 3.2.5.2 to 3.2.5.5.
struct BusNumbers {
    static constexpr std::uint32_t offset = 0x18;
    static constexpr Text text{"BUS_NUMBERS", "Which buses lie before and behind the bridge."};

    struct Primary : Field<7, 0, Access::read_write> {
        static constexpr Text text{"PRIMARY", "The bus on the host's side."};
    };
    struct Secondary : Field<15, 8, Access::read_write> {
        static constexpr Text text{"SECONDARY", "The bus behind the bridge."};
    };
    struct Subordinate : Field<23, 16, Access::read_write> {
        static constexpr Text text{"SUBORDINATE", "The highest number of a bus behind the bridge."};
    };
    struct SecondaryLatencyTimer : Field<31, 27, Access::read_write> {
        static constexpr Text text{"SECONDARY_LATENCY_TIMER", "As LATENCY_TIMER, on the secondary bus."};
    };
    using fields = Fields<Primary, Secondary, Subordinate, SecondaryLatencyTimer>;
};

/// 3.2.5.6 and 3.2.5.7: the bridge passes no I/O on.
struct SecondaryStatus {
    static constexpr std::uint32_t offset = 0x1C;
    static constexpr Text text{"SECONDARY_STATUS",
                               "I/O window, which there is none of, and status on the secondary bus."};

    struct Capable66MHz : Bit<21, Access::read_only, 1> {
        static constexpr Text text{"CAPABLE_66MHZ", "The secondary side runs on a 66 MHz bus."};
    };
    struct DevselTiming : Field<26, 25, Access::read_only, 1> {
        static constexpr Text text{"DEVSEL_TIMING", "1: medium."};
    };
    struct SignalledTargetAbort : Bit<27, Access::write_1_to_clear> {
        static constexpr Text text{"SIGNALLED_TARGET_ABORT", "The bridge ended a transaction there by an abort."};
    };
    struct ReceivedTargetAbort : Bit<28, Access::write_1_to_clear> {
        static constexpr Text text{"RECEIVED_TARGET_ABORT", "A target there ended one of the bridge's by an abort."};
    };
    struct ReceivedMasterAbort : Bit<29, Access::write_1_to_clear> {
        static constexpr Text text{"RECEIVED_MASTER_ABORT", "No target there answered the bridge."};
    };
    using fields = Fields<Capable66MHz, DevselTiming, SignalledTargetAbort, ReceivedTargetAbort, ReceivedMasterAbort>;
};

/// 3.2.5.8: what the bridge passes down and does not pass up.
struct MemoryBaseLimit {
    static constexpr std::uint32_t offset = 0x20;
    static constexpr Text text{"MEMORY_WINDOW",
                               "Memory behind the bridge in units of 1 MiB; none if the base is higher."};

    struct Base : Field<15, 4, Access::read_write> {
        static constexpr Text text{"BASE", "Bits 31:20 of the first address."};
    };
    struct Limit : Field<31, 20, Access::read_write> {
        static constexpr Text text{"LIMIT", "Bits 31:20 of the last address."};
    };
    using fields = Fields<Base, Limit>;
};

/// 3.2.5.9: the same for memory that may be read ahead; 32 bits of address.
struct PrefetchableBaseLimit {
    static constexpr std::uint32_t offset = 0x24;
    static constexpr Text text{"PREFETCHABLE_WINDOW", "As MEMORY_WINDOW, for memory that may be read ahead."};

    struct Base : Field<15, 4, Access::read_write> {
        static constexpr Text text{"BASE", "Bits 31:20 of the first address."};
    };
    struct Limit : Field<31, 20, Access::read_write> {
        static constexpr Text text{"LIMIT", "Bits 31:20 of the last address."};
    };
    using fields = Fields<Base, Limit>;
};

/// 3.2.5.16 to 3.2.5.18. Without effect but for MASTER_ABORT_MODE's reset value: what nobody answers reads as all ones.
struct BridgeControl {
    static constexpr std::uint32_t offset = 0x3C;
    static constexpr Text text{"BRIDGE_CONTROL", "Interrupt routing, which the bridge has none of, and control."};

    struct Line : Field<7, 0, Access::read_write> {
        static constexpr Text text{"LINE", "Without effect."};
    };
    struct Pin : Field<15, 8, Access::read_only, 0> {
        static constexpr Text text{"PIN", "0: the bridge itself interrupts nobody; the wires of its slots go by it."};
    };
    using fields = Fields<Line, Pin>;
};

struct BridgeRegisters : Map<DeviceVendor, CommandStatus, ClassRevision, LatencyHeader, BusNumbers, SecondaryStatus,
                             MemoryBaseLimit, PrefetchableBaseLimit, BridgeControl> {
    static constexpr Text text{"BRIDGE", "The configuration space of a PCI-to-PCI bridge."};
    static constexpr std::uint32_t extent = 256;
};

}  // namespace ghostcard::registers
