// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_constraints.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ghostcard {

/// Which way data moves, seen from the device.
enum class DmaDirection { to_memory, from_memory, both };

/// The host's side of address translation: what an operating system programs so that a device can reach memory.
class Translation {
public:
    virtual ~Translation() = default;

    /// What this translation adds to every physical address (whole pages, modulo 2^64), if that is all it does: then
    /// only the choice of the physical range decides whether its bus range meets a device's constraints. Nothing if it
    /// places each range where it likes (an IOMMU).
    virtual std::optional<std::uint64_t> constant_offset() const = 0;

    /// Makes whole pages of physical memory reachable at a bus range that the constraints allow. Nothing if this
    /// translation cannot.
    virtual std::optional<BusAddress> map(PhysicalRange pages, DmaDirection direction,
                                          const DmaConstraints& constraints) = 0;
    /// As map(), for pages that need not be neighbours and become neighbours on the bus. Nothing where a bus address
    /// says which page it is, unless they happen to be neighbours in RAM.
    virtual std::optional<BusAddress> map_pages(std::span<const PhysicalAddress> pages, DmaDirection direction,
                                                const DmaConstraints& constraints) {
        for (std::size_t i = 1; i < pages.size(); ++i)
            if (pages[i] != pages[0] + i * page_size) return std::nullopt;
        const auto run = pages.empty() ? std::nullopt : PhysicalRange::of(pages[0], pages.size() * page_size);
        return run ? map(*run, direction, constraints) : std::nullopt;
    }
    /// Ends what map() or map_pages() began; the same base address and size.
    virtual void unmap(BusRange range) = 0;
};

}  // namespace ghostcard
