// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/pci_settings.h>

#include <cstdint>
#include <optional>

namespace ghostcard::bus::pci {

/// The central arbiter, with parking (PCI 2.3, 3.4). REQ# is sampled at the end of a clock, GNT# follows in the next
/// one. While the bus is idle a clock lies between the end of one GNT# and the beginning of another (3.4.1).
class Arbiter {
public:
    /// Masters of the upper level of Arbitration::two_level: those that are attached first.
    static constexpr unsigned upper_level = 2;

    Arbiter(Arbitration arbitration, Parking parking) : arbitration_(arbitration), parking_(parking) {}

    void set_masters(unsigned count) { masters_ = count; }

    /// Called once at the beginning of each clock with what the wires showed in the one before: REQ#, and who owned the
    /// bus; nobody if it was idle.
    void clock(std::uint32_t requests, const std::optional<unsigned>& owner);

    /// Whose GNT# is asserted.
    std::optional<unsigned> granted() const { return granted_; }
    /// Nothing changes in the next clock if no REQ# is asserted.
    bool at_rest() const { return granted_ == parked_master(); }

    friend bool operator==(const Arbiter&, const Arbiter&) = default;

private:
    std::optional<unsigned> parked_master() const;
    std::optional<unsigned> choose(std::uint32_t requests) const;

    Arbitration arbitration_;
    Parking parking_;
    unsigned masters_ = 0;
    unsigned last_owner_ = 0;
    unsigned last_lower_ = upper_level;  ///< The last owner of the lower level.
    bool turn_open_ = false;             ///< The granted master has asked and not begun yet.
    std::optional<unsigned> granted_;
};

}  // namespace ghostcard::bus::pci
