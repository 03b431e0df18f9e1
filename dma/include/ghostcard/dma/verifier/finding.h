// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/source_location.h>
#include <ghostcard/base/time.h>
#include <ghostcard/dma/verifier/check.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ghostcard::dma {

/// One place in memory, as far as it is known in each of the three address spaces.
struct Place {
    std::optional<VirtualAddress> virtual_address;
    std::optional<PhysicalAddress> physical_address;
    std::optional<BusAddress> bus_address;
};

/// Where in the driver a call was made; for what a device did, where it was started. Empty: not known.
struct CallSite {
    std::string file;  ///< Without its folders, so that the same run reads the same everywhere.
    std::uint32_t line = 0;
    std::string function;

    static CallSite of(const SourceLocation& location);
    friend bool operator==(const CallSite&, const CallSite&) = default;
};

/// One thing that a driver has done wrong. info_of(check) says why that breaks and what to do.
struct Finding {
    Check check;
    std::string what;  ///< What happened, with its figures.
    CallSite site;
    Duration time{};
    Place place;
    std::uint64_t times = 1;  ///< How often this check failed at this call site; the rest is that of the first time.
};

}  // namespace ghostcard::dma
