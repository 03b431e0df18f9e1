// SPDX-License-Identifier: MIT
#include "link_tracks.h"

#include <ghostcard/bus/host_port.h>

namespace ghostcard::scenarios::trace {

void LinkTracks::tlp(const bus::pcie::TlpRecord& record) {
    using bus::pcie::CompletionStatus;
    using bus::pcie::Direction;
    using bus::pcie::TlpKind;
    if (!window_.shows(record.start, record.end)) return;
    const bus::pcie::Tlp& tlp = record.tlp;
    Timeline::Slice slice{record.start, record.end, file_.name(name_of(tlp.kind)), {tlp.address.value, tlp.bytes, {}}};
    if (tlp.status != CompletionStatus::successful) slice.arguments.outcome = name_of(tlp.status);
    directions_[static_cast<unsigned>(record.direction)]->add(slice);
    if (record.direction != Direction::up || tlp.kind != TlpKind::memory_write ||
        bus::HostPort::is_message(tlp.address))
        return;
    slice.name = burst_name_;
    bursts_.add(slice);
}

}  // namespace ghostcard::scenarios::trace
