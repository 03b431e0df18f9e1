// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stream/mappings.h>

#include <algorithm>

namespace ghostcard::dma {

std::vector<Mapping> mappings_of(std::span<const ScatterGatherElement> elements, std::uint64_t max_bytes) {
    std::vector<Mapping> mappings;
    for (const auto& [address, length] : elements)
        for (std::uint64_t done = 0; done < length;) {
            const std::uint64_t bytes = std::min(length - done, max_bytes);
            mappings.push_back({address + done, bytes});
            done += bytes;
        }
    return mappings;
}

}  // namespace ghostcard::dma
