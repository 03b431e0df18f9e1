// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>

#include <array>
#include <cstdint>

/// What a PCI Express slot adds to the configuration space of the device in it (PCI Express Base Specification 5.0,
/// 7.5.3, whose sections are named below): the capability by which software tells that the device is on a link.
namespace ghostcard::registers {

/// 7.5.3.1 and 7.5.3.2, PCI Express Capability List Register and Capabilities Register.
struct ExpressCapability {
    static constexpr std::uint32_t offset = 0x80;
    static constexpr Text text{"EXPRESS_CAPABILITY", "PCI Express: an endpoint."};

    struct CapabilityId : Field<7, 0, Access::read_only, 0x10> {
        static constexpr Text text{"CAPABILITY_ID", "16: PCI Express."};
    };
    struct NextPointer : Field<15, 8, Access::read_only, 0> {
        static constexpr Text text{"NEXT_POINTER", "0: the last capability."};
    };
    struct Version : Field<19, 16, Access::read_only, 2> {
        static constexpr Text text{"VERSION", "2: with the second set of registers."};
    };
    struct DeviceType : Field<23, 20, Access::read_only, 0> {
        static constexpr Text text{"DEVICE_TYPE", "0: endpoint."};
    };
    struct InterruptMessage : Field<29, 25, Access::read_only, 0> {
        static constexpr Text text{"INTERRUPT_MESSAGE", "0: there is only one message."};
    };
    using fields = Fields<CapabilityId, NextPointer, Version, DeviceType, InterruptMessage>;
};

/// 7.5.3.3, Device Capabilities Register.
struct DeviceCapabilities {
    static constexpr std::uint32_t offset = 0x84;
    static constexpr Text text{"DEVICE_CAPABILITIES", "What the device can do on the link."};

    struct MaxPayloadSupported : Field<2, 0, Access::read_only> {
        static constexpr Text text{"MAX_PAYLOAD_SUPPORTED", "Payload of a TLP: 128 bytes, shifted left so often."};
    };
    struct ExtendedTagSupported : Bit<5, Access::read_only, 1> {
        static constexpr Text text{"EXTENDED_TAG_SUPPORTED", "Tags of 8 bits."};
    };
    struct RoleBasedErrorReporting : Bit<15, Access::read_only, 1> {
        static constexpr Text text{"ROLE_BASED_ERROR_REPORTING", "Must be 1."};
    };
    using fields = Fields<MaxPayloadSupported, ExtendedTagSupported, RoleBasedErrorReporting>;
};

/// 7.5.3.4 and 7.5.3.5, Device Control and Device Status Registers.
struct DeviceControl {
    static constexpr std::uint32_t offset = 0x88;
    static constexpr Text text{"DEVICE_CONTROL", "How the device behaves on the link, as the firmware has left it."};

    struct ErrorReporting : Field<3, 0, Access::read_write> {
        static constexpr Text text{
            "ERROR_REPORTING", "Correctable, non-fatal and fatal errors, and unsupported requests; without effect."};
    };
    struct RelaxedOrdering : Bit<4, Access::read_only> {
        static constexpr Text text{"RELAXED_ORDERING", "0: the device's writes keep their order."};
    };
    struct MaxPayload : Field<7, 5, Access::read_write> {
        static constexpr Text text{"MAX_PAYLOAD",
                                   "Payload of a TLP: 128 bytes, shifted left so often; at most what is supported."};
    };
    struct ExtendedTag : Bit<8, Access::read_only, 1> {
        static constexpr Text text{"EXTENDED_TAG", "The device uses tags of 8 bits."};
    };
    struct MaxReadRequest : Field<14, 12, Access::read_write> {
        static constexpr Text text{"MAX_READ_REQUEST", "Bytes of a read request: 128, shifted left so often."};
    };
    struct UnsupportedRequest : Bit<19, Access::write_1_to_clear> {
        static constexpr Text text{"UNSUPPORTED_REQUEST", "A request that the device does not support has arrived."};
    };
    using fields = Fields<ErrorReporting, RelaxedOrdering, MaxPayload, ExtendedTag, MaxReadRequest, UnsupportedRequest>;
};

/// 7.5.3.6, Link Capabilities Register.
struct LinkCapabilities {
    static constexpr std::uint32_t offset = 0x8C;
    static constexpr Text text{"LINK_CAPABILITIES", "What the link can do."};

    struct MaxSpeed : Field<3, 0, Access::read_only, 1> {
        static constexpr Text text{"MAX_SPEED", "1 to 5: 2.5, 5, 8, 16, 32 GT/s."};
    };
    struct MaxWidth : Field<9, 4, Access::read_only, 1> {
        static constexpr Text text{"MAX_WIDTH", "Lanes."};
    };
    struct OptionalityCompliance : Bit<22, Access::read_only, 1> {
        static constexpr Text text{"ASPM_OPTIONALITY_COMPLIANCE", "Must be 1. The link has no low power state."};
    };
    using fields = Fields<MaxSpeed, MaxWidth, OptionalityCompliance>;
};

/// 7.5.3.7 and 7.5.3.8, Link Control and Link Status Registers.
struct LinkControl {
    static constexpr std::uint32_t offset = 0x90;
    static constexpr Text text{"LINK_CONTROL", "How the link runs."};

    struct Rcb : Bit<3, Access::read_write> {
        static constexpr Text text{"READ_COMPLETION_BOUNDARY",
                                   "0: 64 bytes, 1: 128. What the host's is; without effect on the device."};
    };
    struct CommonClock : Bit<6, Access::read_write> {
        static constexpr Text text{"COMMON_CLOCK", "Both ends of the link have one clock; without effect."};
    };
    struct Speed : Field<19, 16, Access::read_only, 1> {
        static constexpr Text text{"SPEED", "1 to 5: 2.5, 5, 8, 16, 32 GT/s."};
    };
    struct Width : Field<25, 20, Access::read_only, 1> {
        static constexpr Text text{"WIDTH", "Lanes."};
    };
    using fields = Fields<Rcb, CommonClock, Speed, Width>;
};

/// 7.5.3.15, Device Capabilities 2 Register: nothing of what it offers.
struct DeviceCapabilities2 {
    static constexpr std::uint32_t offset = 0xA4;
    static constexpr Text text{"DEVICE_CAPABILITIES_2", "What else the device can do."};

    struct CompletionTimeoutRanges : Field<3, 0, Access::read_only> {
        static constexpr Text text{"COMPLETION_TIMEOUT_RANGES", "0: not programmable."};
    };
    using fields = Fields<CompletionTimeoutRanges>;
};

/// 7.5.3.18, Link Capabilities 2 Register.
struct LinkCapabilities2 {
    static constexpr std::uint32_t offset = 0xAC;
    static constexpr Text text{"LINK_CAPABILITIES_2", "What else the link can do."};

    struct SupportedSpeeds : Field<7, 1, Access::read_only, 1> {
        static constexpr Text text{"SUPPORTED_SPEEDS", "Bit n: 2.5, 5, 8, 16, 32 GT/s for n from 0."};
    };
    using fields = Fields<SupportedSpeeds>;
};

/// 7.5.3.19 and 7.5.3.20, Link Control 2 and Link Status 2 Registers.
struct LinkControl2 {
    static constexpr std::uint32_t offset = 0xB0;
    static constexpr Text text{"LINK_CONTROL_2", "How else the link runs."};

    struct TargetSpeed : Field<3, 0, Access::read_only, 1> {
        static constexpr Text text{"TARGET_SPEED", "1 to 5: 2.5, 5, 8, 16, 32 GT/s."};
    };
    using fields = Fields<TargetSpeed>;
};

struct ExpressRegisters : Map<ExpressCapability, DeviceCapabilities, DeviceControl, LinkCapabilities, LinkControl,
                              DeviceCapabilities2, LinkCapabilities2, LinkControl2> {
    static constexpr Text text{"EXPRESS", "What a PCI Express slot adds to the card's configuration space."};
    static constexpr std::uint32_t extent = 256;
};

}  // namespace ghostcard::registers
