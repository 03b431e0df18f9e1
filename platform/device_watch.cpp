// SPDX-License-Identifier: MIT
#include <ghostcard/platform/device_watch.h>

namespace ghostcard::platform {

DeviceWatch::DeviceWatch(Platform& platform, DeviceActivity& listener)
    : platform_(platform),
      listener_(listener),
      by_tables_(!platform.host.translation_for(Platform::card_id).constant_offset()) {
    if (platform.root_complex)
        platform.root_complex->attach_observer(*this);
    else
        platform.bus->attach_observer(*this);
    if (!by_tables_) return;  // nothing is refused: nobody answers
    platform.host.on_fault([&listener](const bus::TranslationFault& fault) {
        if (fault.requester == Platform::card_id) listener.translation_fault(fault.address, fault.write, fault.time);
    });
}

DeviceWatch::~DeviceWatch() { platform_.host.on_fault(nullptr); }

void DeviceWatch::transaction(const bus::pci::TransactionRecord& record) {
    using bus::pci::Termination;
    if (record.master != Platform::card_master || bus::pci::is_configuration(record.command)) return;
    const bool write = !bus::pci::is_read(record.command);
    const auto row = BusRange::of(record.address, record.times * record.bytes);
    if (record.times != 1 && record.bytes == record.step && !bus::HostPort::is_message(record.address) && row &&
        listener_.device_accessed_row(*row, record.bytes, write, platform_.card.bus_master_enabled()))
        return;
    // Where nobody answered, the attempt itself is an access.
    const std::uint64_t bytes = record.termination == Termination::master_abort && record.bytes == 0 ? 1 : record.bytes;
    for (std::uint64_t i = 0; i < record.times; ++i)
        if (const auto range = BusRange::of(record.address_of(i), bytes)) accessed(*range, write, record.start_of(i));
}

void DeviceWatch::tlp(const bus::pcie::TlpRecord& record) {
    using bus::pcie::TlpKind;
    const bus::pcie::Tlp& tlp = record.tlp;
    const bool write = tlp.kind == TlpKind::memory_write;
    if (record.direction != bus::pcie::Direction::up || !(write || tlp.kind == TlpKind::memory_read)) return;
    const auto range = BusRange::of(tlp.address, tlp.bytes);
    if (!range) return;
    const bool refused = by_tables_ && platform_.host.locate(Platform::card_id, *range, write).empty();
    if (!refused) accessed(*range, write, record.start);  // a refusal is told of when the packet has come up
}

void DeviceWatch::accessed(BusRange range, bool write, Duration time) {
    if (bus::HostPort::is_message(range.base())) return;
    listener_.device_accessed(range, write, platform_.card.bus_master_enabled(), time);
}

}  // namespace ghostcard::platform
