// SPDX-License-Identifier: MIT
#include "bus_tracks.h"

#include <string>
#include <vector>

namespace ghostcard::scenarios::trace {
namespace {

using platform::Platform;

std::vector<Name> names_of_masters(const Platform& platform, PerfettoFile& file) {
    std::vector<Name> names;
    for (const std::string& master : platform.master_names()) names.push_back(file.name(master));
    return names;
}

}  // namespace

BusTracks::BusTracks(Platform& platform, Timeline& timeline, PerfettoFile& file, bus::pci::TraceWindow window)
    : period_(platform.bus->period()),
      window_(window),
      line_{transactions_, period_, file.name("burst"), names_of_masters(platform, file)} {  // names in this order
    timeline.add_line("DMA bursts", line_);
    timeline.add_line("bus", line_);
    platform.bus->attach_observer(*this);
}

void BusTracks::transaction(const bus::pci::TransactionRecord& row) {
    if (!window_.shows(row.start, row.start_of(row.times - 1) + row.clocks * period_)) return;
    const bool message = row.address.value == platform::Cpu::interrupt_message.address;
    const bool is_burst = row.master == Platform::card_master && row.bytes != 0 && !message;
    transactions_.add(row, is_burst);
}

void BusTracks::begin(bus::pci::TraceWindow window) {
    transactions_.sort();
    line_.begin(window);
}

}  // namespace ghostcard::scenarios::trace
