// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>

#include <systemc>

namespace ghostcard::bus {

/// The simulation keeps SystemC's default resolution of 1 ps, in which both clocks count whole units.
inline sc_core::sc_time to_sc_time(Duration duration) {
    return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(duration.count()));
}
inline Duration to_duration(const sc_core::sc_time& time) { return Duration(static_cast<std::int64_t>(time.value())); }
inline Duration simulated_now() { return to_duration(sc_core::sc_time_stamp()); }

}  // namespace ghostcard::bus
