// SPDX-License-Identifier: MIT
#pragma once

#include "perfetto_file.h"
#include "timeline.h"
#include "transaction_line.h"

#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pci/transaction.h>
#include <ghostcard/platform/platform.h>

namespace ghostcard::scenarios::trace {

/// What a conventional PCI bus shows: the card's bursts, and the transactions of all masters.
class BusTracks : private bus::pci::TransactionObserver {
public:
    /// All must outlive it.
    BusTracks(platform::Platform& platform, Timeline& timeline, PerfettoFile& file, bus::pci::TraceWindow window);

    /// When all is known; the window ends no later than the simulation.
    void begin(bus::pci::TraceWindow window);

private:
    void transaction(const bus::pci::TransactionRecord& row) override;

    const Duration period_;
    const bus::pci::TraceWindow window_;
    Transactions transactions_;
    TransactionLine line_;
};

}  // namespace ghostcard::scenarios::trace
