// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>
#include <ghostcard/registers/pci_capabilities.h>
#include <ghostcard/registers/pci_command_status.h>

#include <cstdint>

/// The card's configuration space: the header of type 0 (PCI Local Bus Specification 2.3 and 3.0, chapter 6, whose
/// sections are named below; COMMAND and STATUS in pci_command_status.h) and, in pci_capabilities.h, its capability
/// list. What is not declared reads zero.
namespace ghostcard::registers {

/// 6.2.1, Device Identification.
struct DeviceVendor {
    static constexpr std::uint32_t offset = 0x00;
    static constexpr Text text{"DEVICE_VENDOR", "Tells whose device this is."};

    struct VendorId : Field<15, 0, Access::read_only, 0x1234> {
        static constexpr Text text{"VENDOR_ID", "The number that emulated devices use."};
    };
    struct DeviceId : Field<31, 16, Access::read_only, 0x6CA5> {
        static constexpr Text text{"DEVICE_ID", "The ghostcard."};
    };
    using fields = Fields<VendorId, DeviceId>;
};

/// 6.2.1, Device Identification; class codes in appendix D.
struct ClassRevision {
    static constexpr std::uint32_t offset = 0x08;
    static constexpr Text text{"CLASS_REVISION", "Tells what kind of device this is."};

    struct RevisionId : Field<7, 0, Access::read_only, 1> {
        static constexpr Text text{"REVISION_ID", "Revision of the card."};
    };
    struct ClassCode : Field<31, 8, Access::read_only, 0x040000> {
        static constexpr Text text{"CLASS_CODE", "Base class multimedia, sub-class video."};
    };
    using fields = Fields<RevisionId, ClassCode>;
};

/// 6.2.4, Miscellaneous Registers; header type: 6.2.1.
struct LatencyHeader {
    static constexpr std::uint32_t offset = 0x0C;
    static constexpr Text text{"LATENCY_HEADER", "Cache line size, latency timer, header type and self test."};

    struct CacheLineSize : Field<7, 0, Access::read_write> {
        static constexpr Text text{"CACHE_LINE_SIZE", "Units of 4 bytes."};
    };
    struct LatencyTimer : Field<15, 11, Access::read_write> {
        static constexpr Text text{
            "LATENCY_TIMER",
            "Clocks for which the card may keep the bus after its grant has gone, in units of 8: "
            "the lower three bits of the byte are always zero."};
    };
    struct HeaderType : Field<23, 16, Access::read_only, 0> {
        static constexpr Text text{"HEADER_TYPE", "Type 0, a single function."};
    };
    struct SelfTest : Field<31, 24, Access::read_only, 0> {
        static constexpr Text text{"BIST", "The card has no built-in self test."};
    };
    using fields = Fields<CacheLineSize, LatencyTimer, HeaderType, SelfTest>;
};

/// 6.2.5.1, Address Maps.
struct BaseAddress0 {
    static constexpr std::uint32_t offset = 0x10;
    static constexpr Text text{"BAR0", "Where the 4 KiB of card registers lie on the bus: memory, not prefetchable."};

    struct MemorySpaceIndicator : Bit<0, Access::read_only> {
        static constexpr Text text{"IO", "0: the window lies in memory space."};
    };
    struct Type : Field<2, 1, Access::read_only> {
        static constexpr Text text{"TYPE", "0: the window may lie anywhere in 32-bit memory space."};
    };
    struct Prefetchable : Bit<3, Access::read_only> {
        static constexpr Text text{"PREFETCHABLE", "0: reading has side effects."};
    };
    struct Base : Field<31, 12, Access::read_write> {
        static constexpr Text text{"BASE",
                                   "Bits 31:12 of the address; reads back all ones after all ones were written."};
    };
    using fields = Fields<MemorySpaceIndicator, Type, Prefetchable, Base>;
};

/// 6.2.4, Miscellaneous Registers.
struct Subsystem {
    static constexpr std::uint32_t offset = 0x2C;
    static constexpr Text text{"SUBSYSTEM", "Tells whose board this is."};

    struct SubsystemVendorId : Field<15, 0, Access::read_only, 0x1234> {
        static constexpr Text text{"SUBSYSTEM_VENDOR_ID", "The number that emulated devices use."};
    };
    struct SubsystemId : Field<31, 16, Access::read_only, 0x0001> {
        static constexpr Text text{"SUBSYSTEM_ID", "The only board of its kind."};
    };
    using fields = Fields<SubsystemVendorId, SubsystemId>;
};

/// 6.7, Capabilities List.
struct CapabilitiesPointer {
    static constexpr std::uint32_t offset = 0x34;
    static constexpr Text text{"CAPABILITIES_POINTER", "Start of the capability list."};

    struct Pointer : Field<7, 0, Access::read_only, PowerCapability::offset> {
        static constexpr Text text{"POINTER", "Offset of the first capability, power management."};
    };
    using fields = Fields<Pointer>;
};

/// 6.2.4, Miscellaneous Registers. MIN_GNT and MAX_LAT are what the card wants in its usual build: the 2 us of a 256
/// byte burst at 33 MHz, and one burst in 10 us for 720x576 at 25 frames per second, YUV 4:2:2.
struct InterruptLine {
    static constexpr std::uint32_t offset = 0x3C;
    static constexpr Text text{"INTERRUPT_LINE", "Interrupt routing, and what the card wants of the bus."};

    struct Line : Field<7, 0, Access::read_write> {
        static constexpr Text text{"LINE",
                                   "Without effect on the card: where the firmware tells the driver its interrupt."};
    };
    struct Pin : Field<15, 8, Access::read_only, 1> {
        static constexpr Text text{"PIN", "1: INTA#."};
    };
    struct MinGnt : Field<23, 16, Access::read_only, 8> {
        static constexpr Text text{"MIN_GNT",
                                   "How long the card wants to keep the bus, in units of 0.25 us at 33 MHz."};
    };
    struct MaxLat : Field<31, 24, Access::read_only, 40> {
        static constexpr Text text{"MAX_LAT", "How often the card wants to have the bus, in units of 0.25 us."};
    };
    using fields = Fields<Line, Pin, MinGnt, MaxLat>;
};

struct ConfigRegisters : Map<DeviceVendor, CommandStatus, ClassRevision, LatencyHeader, BaseAddress0, Subsystem,
                             CapabilitiesPointer, InterruptLine, PowerCapability, PowerControl, MessageCapability,
                             MessageAddressLow, MessageAddressHigh, MessageData> {
    static constexpr Text text{"CONFIG", "The configuration space of the ghostcard PCI video capture card."};
    static constexpr std::uint32_t extent = 256;
};

}  // namespace ghostcard::registers
