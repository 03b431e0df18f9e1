// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ghostcard::bus::pci {

/// What is on the wires during one clock. Control signals are true when asserted, that is low on the board; AD and
/// C/BE# hold the levels.
struct Pins {
    bool frame = false;
    bool irdy = false;
    bool devsel = false;
    bool trdy = false;
    bool stop = false;
    bool req64 = false;
    bool ack64 = false;
    std::uint32_t req = 0;  ///< Bit n: REQn#.
    std::uint32_t gnt = 0;  ///< Bit n: GNTn#.
    std::uint64_t ad = 0;
    std::uint8_t cbe = 0xff;
};

/// Is shown the wires at the beginning of every clock in which something happens on the bus.
class PinObserver {
public:
    virtual ~PinObserver() = default;
    virtual void drive(const Pins& pins) = 0;
};

}  // namespace ghostcard::bus::pci
