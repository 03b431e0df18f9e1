// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/device_activity.h>
#include <ghostcard/bus/pci/transaction.h>
#include <ghostcard/bus/pcie/link.h>
#include <ghostcard/platform/platform.h>

namespace ghostcard::platform {

/// Tells of what the card does with memory, over whichever bus, and of what address translation refuses it.
class DeviceWatch final : public bus::pci::TransactionObserver, public bus::pcie::TlpObserver {
public:
    /// Watches from now on. Both must outlive it.
    DeviceWatch(Platform& platform, DeviceActivity& listener);
    ~DeviceWatch() override;
    DeviceWatch(const DeviceWatch&) = delete;
    DeviceWatch& operator=(const DeviceWatch&) = delete;

    void transaction(const bus::pci::TransactionRecord& record) override;
    void tlp(const bus::pcie::TlpRecord& record) override;

private:
    void accessed(BusRange range, bool write, Duration time);

    Platform& platform_;
    DeviceActivity& listener_;
    const bool by_tables_;
};

}  // namespace ghostcard::platform
