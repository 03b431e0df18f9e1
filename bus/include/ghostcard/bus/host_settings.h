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

/// The host as a device sees it.
struct HostSettings {
    TranslationKind translation = TranslationKind::identity;
    Bytes offset{2ull << 30};                   ///< The constant of `offset`; whole pages.
    Bytes memory{256ull << 20};                 ///< RAM (16 MiB to 64 GiB, whole pages).
    Duration posting_delay = nanoseconds(200);  ///< From a write's last data phase to its bytes in memory.
};

}  // namespace ghostcard::bus
