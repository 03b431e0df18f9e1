// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/units.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace ghostcard::bus::pci {

/// DEVSEL# timing of a target: clocks from the address phase to DEVSEL# (PCI 2.3, 3.6.1).
enum class Decode : unsigned { fast = 1, medium = 2, slow = 3, subtractive = 4 };

/// Where GNT# rests while nobody asks for the bus (PCI 2.3, 3.4.3).
enum class Parking { none, host, last };

/// How the central arbiter chooses among those who ask (PCI 2.3, 3.4).
enum class Arbitration {
    round_robin,  ///< All in turn.
    two_level,    ///< The host, the card and one of the others in turn; the others among themselves likewise.
};

/// How the clocks of the bus come about; both give the same ones.
enum class Timing {
    cycle,     ///< Clock by clock.
    analytic,  ///< In closed form.
};

/// How a target answers.
struct TargetTiming {
    Decode decode = Decode::medium;
    unsigned initial_wait = 0;  ///< Wait states before the first data phase ends, which is in clock 16 at the latest.
    unsigned data_wait = 0;     ///< Wait states in each later data phase (0 to 7).
    unsigned width = 64;        ///< Bits of data; 64: asserts ACK64# when it is asked by REQ64#.
    std::uint64_t line = 0;  ///< Disconnects with the last data of each line of so many bytes (power of two; 0: never).

    /// Numbers of data phases after which it misbehaves in the next.
    std::optional<unsigned> retry_after{};       ///< STOP# in the next data phase: a retry after 0, else a disconnect.
    std::optional<unsigned> disconnect_after{};  ///< STOP# with the data of this one (1 or more).
    std::optional<unsigned> abort_after{};       ///< Target abort in the next data phase.
};

/// The clock in which the first data moves, that of the (first) address phase being clock 1: behind DEVSEL#, and behind
/// the turnaround of a read (PCI 2.3, 3.3.1).
constexpr unsigned first_data_clock(const TargetTiming& timing, unsigned address_clocks, bool read) {
    return address_clocks + std::max(static_cast<unsigned>(timing.decode), read ? 2u : 1u) + timing.initial_wait;
}
/// In which it has to, at the latest (PCI 2.3, 3.5.1.1).
inline constexpr unsigned last_first_data_clock = 16;

/// What other masters on the bus move.
enum class LoadTarget { memory, device };

/// Other bus masters, all alike, their requests evenly spread over the period.
struct LoadSettings {
    unsigned masters = 0;                ///< 0 to 8.
    Duration period = microseconds(10);  ///< From one request of a master to the next; positive.
    Bytes burst{64};                     ///< 4 B to 4 KiB.
    bool write = true;
    LoadTarget target = LoadTarget::device;
};

/// A conventional PCI bus.
struct PciSettings {
    Timing timing = Timing::cycle;
    Hertz clock{33'000'000};     ///< 33 and 66 MHz are the nominal clocks of 30 ns and 15 ns; at most 66.7 MHz.
    unsigned width = 32;         ///< Bits of AD: 32 or 64.
    TargetTiming host_target{};  ///< The host bridge as target of DMA.
    Parking parking = Parking::host;
    Arbitration arbitration = Arbitration::round_robin;
    unsigned latency_timer = 72;   ///< Clocks (0 to 248, multiples of 8), of all masters but the host.
    std::uint64_t cache_line = 0;  ///< Bytes; masters use MWI, MRL and MRM accordingly. 0: they do not.
    LoadSettings load{};
    unsigned bridges = 0;            ///< PCI-to-PCI bridges between the host's bus and the card's (0 to 4).
    Bytes bridge_buffer{256};        ///< Posted writes that a bridge holds each way: 16 B to 4 KiB.
    bool fast_back_to_back = false;  ///< A master's writes in a row go without idle clocks (PCI 2.3, 3.4.2).
};

}  // namespace ghostcard::bus::pci
