// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/units.h>

namespace ghostcard::bus {

/// How a bus address becomes a physical one.
enum class TranslationKind {
    identity,  ///< Bus = physical: a PC without an IOMMU, where misuse appears to work.
    offset,    ///< Bus = physical + constant: misuse lands elsewhere, or nobody answers.
    iommu,     ///< Page tables: misuse faults and is recorded.
};

/// The way from the bus into memory. Accepted writes wait in a buffer that empties into memory in order.
struct PostingSettings {
    Duration delay = nanoseconds(200);  ///< From the acceptance of a write to its bytes in memory, if none wait before.
    Bytes buffer{0};                    ///< Bytes that may wait (0: no limit; otherwise at least 64 B).
    BytesPerSecond drain{0};            ///< The pace at which they leave (0: no limit).
};

/// The host as a device sees it.
struct HostSettings {
    TranslationKind translation = TranslationKind::identity;
    Bytes offset{2ull << 30};    ///< The constant of `offset`; whole pages.
    Bytes memory{256ull << 20};  ///< RAM (16 MiB to 64 GiB, whole pages).
    PostingSettings posting{};
    Duration read_latency{};  ///< Of a device's read from memory over PCI, as a delayed transaction; 0 reads at once.
};

}  // namespace ghostcard::bus
