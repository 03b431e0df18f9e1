// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/bus_load.h>

#include <ghostcard/bus/sim_time.h>

#include <algorithm>

namespace ghostcard::bus::pci {

void WindowTarget::read(const Access&, std::span<std::byte> data, Duration) {
    std::fill(data.begin(), data.end(), std::byte{0});
}

BusLoad::BusLoad(const sc_core::sc_module_name& name, PciBus& bus, RequesterId requester, const LoadSettings& settings,
                 Duration first, unsigned latency_timer, std::uint64_t cache_line)
    : sc_module(name),
      bus_(bus),
      settings_(settings),
      first_(first),
      latency_timer_(latency_timer),
      cache_line_(cache_line),
      master_(bus.attach_master(requester)),
      data_(settings.burst.count) {
    SC_HAS_PROCESS(BusLoad);
    SC_THREAD(run);
}

void BusLoad::run() {
    for (std::int64_t n = 0;; ++n) {
        const Duration due = first_ + n * settings_.period;
        if (due > simulated_now()) wait(to_sc_time(due - simulated_now()));
        Run run{.command = settings_.write ? Command::memory_write : Command::memory_read,
                .address = address_,
                .data = data_,
                .burst_bytes = data_.size(),
                .latency_timer = latency_timer_,
                .cache_line = cache_line_};
        bus_.transport(master_, run);
        if (run.termination != Termination::completed) return;  // its target is gone
    }
}

}  // namespace ghostcard::bus::pci
