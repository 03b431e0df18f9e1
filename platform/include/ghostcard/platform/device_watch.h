// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/device_activity.h>
#include <ghostcard/bus/pci/transaction.h>
#include <ghostcard/bus/pcie/link.h>

namespace ghostcard::platform {

/// Tells of what one master of a PCI bus, or the device of a link, does with memory. On a link nobody sees a refusal:
/// it is in the host's records.
class DeviceWatch final : public bus::pci::TransactionObserver, public bus::pcie::TlpObserver {
public:
    /// The listener must outlive it. `translated`: a target abort is a refusal of address translation.
    DeviceWatch(unsigned master, bool translated, DeviceActivity& listener)
        : master_(master), translated_(translated), listener_(listener) {}

    void transaction(const bus::pci::TransactionRecord& record) override;
    void tlp(const bus::pcie::TlpRecord& record) override;

private:
    const unsigned master_;
    const bool translated_;
    DeviceActivity& listener_;
};

}  // namespace ghostcard::platform
