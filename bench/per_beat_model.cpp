// SPDX-License-Identifier: MIT
// What one would write without this project: a bus master as an SC_THREAD that waits for each data phase.
#include "measure.h"

#include <cstring>
#include <systemc>
#include <vector>

namespace ghostcard::bench {
namespace {

class PerBeatMaster : public sc_core::sc_module {
public:
    PerBeatMaster(const sc_core::sc_module_name& name, const BusCase& bus)
        : sc_module(name), bus_(bus), frame_(bus.frame_bytes), memory_(bus.frame_bytes) {
        SC_HAS_PROCESS(PerBeatMaster);
        SC_THREAD(run);
    }

private:
    void run() {
        const sc_core::sc_time clock(30, sc_core::SC_NS);
        for (unsigned frame = 0; frame < bus_.frames; ++frame)
            for (std::uint64_t burst = 0; burst < bus_.frame_bytes; burst += bus_.burst) {
                wait(2 * clock);  // address phase, DEVSEL#
                for (std::uint64_t beat = burst; beat < std::min(burst + bus_.burst, bus_.frame_bytes); beat += 4) {
                    wait(clock);
                    std::memcpy(&memory_[beat], &frame_[beat], 4);
                }
                wait(clock);  // idle
            }
        sc_core::sc_stop();
    }

    const BusCase bus_;
    std::vector<std::byte> frame_, memory_;
};

}  // namespace

double per_beat_writes(const BusCase& bus) {
    return seconds_of([&](const std::function<void()>& begin) {
        sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
        PerBeatMaster master("master", bus);
        begin();
        sc_core::sc_start();
    });
}

}  // namespace ghostcard::bench
