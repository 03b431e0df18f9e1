// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/adapter/device_description.h>

#include <cstdint>
#include <optional>

namespace ghostcard::dma {

/// When data goes through map registers. Microsoft's sources say that a transfer of a device without scatter/gather
/// does always (KMDF, fxdmaenabler.cpp) and that it does when necessary (KB Q101349): a driver may rely on neither.
enum class BouncePolicy {
    when_needed,  ///< Only what the device could not reach, or not in one piece.
    always,       ///< Everything, as Driver Verifier has it.
};

/// How a host maps a driver's buffers. Windows leaves these open or lets them depend on version and machine.
struct MappingPolicy {
    BouncePolicy bounce = BouncePolicy::when_needed;
    bool gather_by_translation = false;  ///< Scattered pages get neighbouring bus addresses, where page tables can.
};

/// How a host does DMA. What Microsoft's documents leave open is for the user to choose.
struct HalSettings {
    std::optional<std::uint64_t> map_registers{};  ///< Of an adapter at the most, and of the pool; nothing: no limit.
    MappingPolicy policy{};
    std::uint32_t highest_version = highest_description_version;  ///< Of DEVICE_DESCRIPTION; 2 before Windows 8.
    bool legacy_adapters = false;  ///< Whether a device that no bus driver answers for gets an adapter all the same.
};

}  // namespace ghostcard::dma
