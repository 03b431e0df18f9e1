// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>

#include <array>
#include <cstdint>

/// The capability list of the card's configuration space: power management, then message signalled interrupts.
namespace ghostcard::registers {

/// PCI Local Bus Specification 2.3, 6.8.1, MSI Capability Structure: ID, next pointer and message control.
struct MessageCapability {
    static constexpr std::uint32_t offset = 0x50;
    static constexpr Text text{"MSI_CAPABILITY", "Message signalled interrupts: one message, 64-bit address."};

    struct CapabilityId : Field<7, 0, Access::read_only, 0x05> {
        static constexpr Text text{"CAPABILITY_ID", "5: message signalled interrupts."};
    };
    struct NextPointer : Field<15, 8, Access::read_only, 0> {
        static constexpr Text text{"NEXT_POINTER", "0: the last capability."};
    };
    struct Enable : Bit<16, Access::read_write> {
        static constexpr Text text{"ENABLE", "The card requests interrupts by message and does not assert INTA#."};
    };
    struct MultipleMessageCapable : Field<19, 17, Access::read_only, 0> {
        static constexpr Text text{"MULTIPLE_MESSAGE_CAPABLE", "0: the card asks for one message."};
    };
    struct MultipleMessageEnable : Field<22, 20, Access::read_only, 0> {
        static constexpr Text text{"MULTIPLE_MESSAGE_ENABLE", "0: the card is given one message."};
    };
    struct Address64 : Bit<23, Access::read_only, 1> {
        static constexpr Text text{"ADDRESS_64", "The message address has 64 bits."};
    };
    using fields = Fields<CapabilityId, NextPointer, Enable, MultipleMessageCapable, MultipleMessageEnable, Address64>;
};

/// PCI 2.3, 6.8.1.4, Message Address.
struct MessageAddressLow {
    static constexpr std::uint32_t offset = 0x54;
    static constexpr Text text{"MSI_ADDRESS_LOW", "Bus address of the message, bits 31:0; a multiple of 4."};

    struct Address : Field<31, 2, Access::read_write> {
        static constexpr Text text{"ADDRESS", "Bits 31:2 of the address."};
    };
    using fields = Fields<Address>;
};

/// PCI 2.3, 6.8.1.5, Message Upper Address.
struct MessageAddressHigh {
    static constexpr std::uint32_t offset = 0x58;
    static constexpr Text text{"MSI_ADDRESS_HIGH", "Bus address of the message, bits 63:32."};

    struct Address : Field<31, 0, Access::read_write> {
        static constexpr Text text{"ADDRESS", "0 for an address below 4 GiB."};
    };
    using fields = Fields<Address>;
};

/// PCI 2.3, 6.8.1.6, Message Data.
struct MessageData {
    static constexpr std::uint32_t offset = 0x5C;
    static constexpr Text text{"MSI_DATA", "What the card writes to the message address."};

    struct Data : Field<15, 0, Access::read_write> {
        static constexpr Text text{"DATA", "The lower half of the word written; the upper half is 0."};
    };
    using fields = Fields<Data>;
};

/// PCI Bus Power Management Interface Specification 1.2, 3.2.1 to 3.2.3: ID, next pointer and capabilities.
struct PowerCapability {
    static constexpr std::uint32_t offset = 0x40;
    static constexpr Text text{"PM_CAPABILITY", "Power management: D0 and D3, without power management events."};

    struct CapabilityId : Field<7, 0, Access::read_only, 0x01> {
        static constexpr Text text{"CAPABILITY_ID", "1: power management."};
    };
    struct NextPointer : Field<15, 8, Access::read_only, MessageCapability::offset> {
        static constexpr Text text{"NEXT_POINTER", "Offset of the next capability, message signalled interrupts."};
    };
    struct Version : Field<18, 16, Access::read_only, 3> {
        static constexpr Text text{"VERSION", "3: revision 1.2 of the specification."};
    };
    struct D1Support : Bit<25, Access::read_only> {
        static constexpr Text text{"D1_SUPPORT", "0: the card has no state D1."};
    };
    struct D2Support : Bit<26, Access::read_only> {
        static constexpr Text text{"D2_SUPPORT", "0: the card has no state D2."};
    };
    struct PmeSupport : Field<31, 27, Access::read_only, 0> {
        static constexpr Text text{"PME_SUPPORT", "0: the card signals no power management events."};
    };
    using fields = Fields<CapabilityId, NextPointer, Version, D1Support, D2Support, PmeSupport>;
};

/// PCI PM 1.2, 3.2.4, PMCSR - Power Management Control/Status.
struct PowerControl {
    static constexpr std::uint32_t offset = 0x44;
    static constexpr Text text{"PM_CONTROL", "Power management control and status."};

    struct PowerState : Field<1, 0, Access::read_write> {
        static constexpr Text text{"POWER_STATE", "State of the card, which has only D0 and D3."};
        static constexpr std::array values{
            Enumerator{0, "D0", "Working."},
            Enumerator{3, "D3", "Off: only the configuration space answers. Returning to D0 resets the card."},
        };
    };
    using fields = Fields<PowerState>;
};

}  // namespace ghostcard::registers
