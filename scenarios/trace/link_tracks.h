// SPDX-License-Identifier: MIT
#pragma once

#include "perfetto_file.h"
#include "timeline.h"

#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pcie/link.h>

#include <array>

namespace ghostcard::scenarios::trace {

/// What a PCI Express link shows: the card's writes of video, and the TLPs of each direction.
class LinkTracks : public bus::pcie::TlpObserver {
public:
    /// All must outlive it.
    LinkTracks(Timeline& timeline, PerfettoFile& file, bus::pci::TraceWindow window)
        : file_(file),
          window_(window),
          burst_name_(file.name("burst")),
          bursts_(timeline.add_track("DMA bursts")),
          directions_{&timeline.add_track("link up"), &timeline.add_track("link down")} {}

    void tlp(const bus::pcie::TlpRecord& record) override;

private:
    PerfettoFile& file_;
    const bus::pci::TraceWindow window_;
    const Name burst_name_;
    Timeline::Track& bursts_;
    const std::array<Timeline::Track*, 2> directions_;
};

}  // namespace ghostcard::scenarios::trace
