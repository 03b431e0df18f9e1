// SPDX-License-Identifier: MIT
#include <ghostcard/bus/host_port.h>
#include <ghostcard/platform/device_watch.h>

namespace ghostcard::platform {

void DeviceWatch::transaction(const bus::pci::TransactionRecord& record) {
    using bus::pci::Termination;
    if (record.master != master_ || bus::pci::is_configuration(record.command)) return;
    const bool write = !bus::pci::is_read(record.command);
    for (std::uint64_t i = 0; i < record.times; ++i) {
        const BusAddress address = record.address + i * record.step;
        const Duration time = record.start + record.interval * static_cast<std::int64_t>(i);
        if (bus::HostPort::is_message(address)) continue;
        const bool refused = record.termination == Termination::target_abort && translated_;
        const auto moved = BusRange::of(address, record.bytes);
        // Where nobody answered, the attempt itself is an access.
        if (moved || (record.termination == Termination::master_abort && !refused))
            listener_.device_accessed(moved ? *moved : *BusRange::of(address, 1), write, true, time);
        if (refused) listener_.translation_fault(address + record.bytes, write, time);
    }
}

void DeviceWatch::tlp(const bus::pcie::TlpRecord& record) {
    using bus::pcie::TlpKind;
    const bus::pcie::Tlp& tlp = record.tlp;
    const bool write = tlp.kind == TlpKind::memory_write;
    const bool access = write || tlp.kind == TlpKind::memory_read;
    if (record.direction != bus::pcie::Direction::up || !access || bus::HostPort::is_message(tlp.address)) return;
    if (const auto range = BusRange::of(tlp.address, tlp.bytes))
        listener_.device_accessed(*range, write, true, record.start);
}

}  // namespace ghostcard::platform
