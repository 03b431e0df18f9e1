// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/dma/adapter/adapter_types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// One run of a frame as AVStream shows it to a driver (KSMAPPING). Its address, although called physical, is the
/// bus's.
struct Mapping {
    BusAddress address;
    std::uint64_t bytes = 0;
};

/// The mappings of a frame whose list has these elements. Elements longer than `max_bytes` (Windows:
/// MaxMappingsByteCount, at least 1) are split; none are ever merged, however large it is (WDK, "Packet-Based DMA in
/// AVStream").
std::vector<Mapping> mappings_of(std::span<const ScatterGatherElement> elements, std::uint64_t max_bytes);

}  // namespace ghostcard::dma
