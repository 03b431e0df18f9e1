// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/device_activity.h>
#include <ghostcard/bus/pci/transaction.h>

namespace ghostcard::platform {

/// Tells of what one master of a PCI bus does with memory.
class DeviceWatch final : public bus::pci::TransactionObserver {
public:
    /// The listener must outlive it. `translated`: a target abort is a refusal of address translation.
    DeviceWatch(unsigned master, bool translated, DeviceActivity& listener)
        : master_(master), translated_(translated), listener_(listener) {}

    void transaction(const bus::pci::TransactionRecord& record) override;

private:
    const unsigned master_;
    const bool translated_;
    DeviceActivity& listener_;
};

}  // namespace ghostcard::platform
