// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/source_location.h>

#include <cstdint>

namespace ghostcard {

/// A window of 32-bit little-endian registers of one device: its configuration space, or one of its BARs.
class RegisterAccess {
public:
    virtual ~RegisterAccess() = default;

    /// Offset in bytes, a multiple of 4. A read that no device answers gives all ones, as on PCI.
    virtual std::uint32_t read(std::uint32_t offset) = 0;
    /// Offset in bytes, a multiple of 4. A write that no device answers is lost.
    virtual void write(std::uint32_t offset, std::uint32_t value) = 0;
    /// The next access is made there: for whoever reports on accesses; all others need not know.
    virtual void called_at(const SourceLocation& location) { (void)location; }
};

}  // namespace ghostcard
