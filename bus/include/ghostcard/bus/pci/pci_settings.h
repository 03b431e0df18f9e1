// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/units.h>

namespace ghostcard::bus::pci {

/// DEVSEL# timing of a target: clocks from the address phase to DEVSEL# (PCI 2.3, 3.6.1).
enum class Decode : unsigned { fast = 1, medium = 2, slow = 3, subtractive = 4 };

/// Where GNT# rests while nobody asks for the bus (PCI 2.3, 3.4.3).
enum class Parking { none, host, last };

/// How a target answers, in clocks.
struct TargetTiming {
    Decode decode = Decode::medium;
    unsigned initial_wait = 0;  ///< Wait states before the first data phase ends; with decode at most 16 in all.
    unsigned data_wait = 0;     ///< Wait states in each later data phase (0 to 7).
};

/// A conventional PCI bus.
struct PciSettings {
    Hertz clock{33'000'000};     ///< 33 and 66 MHz are the nominal clocks of 30 ns and 15 ns; at most 66.7 MHz.
    unsigned width = 32;         ///< Bits of AD: 32 or 64.
    TargetTiming host_target{};  ///< The host bridge as target of DMA.
    Parking parking = Parking::host;
};

}  // namespace ghostcard::bus::pci
