// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ghostcard::dma {

/// Outcomes of the DMA routines, with Windows' values (ntstatus.h).
enum class [[nodiscard]] NtStatus : std::uint32_t{
    success = 0,
    pending = 0x0000'0103,
    unsuccessful = 0xc000'0001,
    invalid_parameter = 0xc000'000d,
    buffer_too_small = 0xc000'0023,
    none_mapped = 0xc000'0073,
    insufficient_resources = 0xc000'009a,
    device_not_ready = 0xc000'00a3,
    not_supported = 0xc000'00bb,
    cancelled = 0xc000'0120,
};

}  // namespace ghostcard::dma
