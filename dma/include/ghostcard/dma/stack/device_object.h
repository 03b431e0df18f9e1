// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/adapter/device_description.h>
#include <ghostcard/dma/adapter/nt_status.h>
#include <ghostcard/dma/stack/bus_interface.h>

#include <optional>
#include <string>
#include <string_view>

namespace ghostcard::dma {

/// One driver's view of a device. Device objects that are attached to each other are the device's stack: at the bottom
/// the physical device object (PDO), made by the driver of the bus that the device is on; above it the functional one
/// (FDO) of the driver that runs the device.
class DeviceObject {
public:
    explicit DeviceObject(std::string name) : name_(std::move(name)) {}
    virtual ~DeviceObject();
    DeviceObject(const DeviceObject&) = delete;
    DeviceObject& operator=(const DeviceObject&) = delete;

    std::string_view name() const { return name_; }
    /// On top of the other's stack (Windows: IoAttachDeviceToDeviceStack); once, and the other must outlive it.
    void attach_to(DeviceObject& other);
    DeviceObject& top();

    /// The bus interface, for whoever sends the query to this object; passes it down unless its driver answers. At the
    /// bottom the status stays not_supported.
    virtual NtStatus query_bus_interface(BusInterface& answer);
    /// Of the bus that the PDO is on (Windows: DevicePropertyLegacyBusType); nothing if the bus has no such number.
    virtual std::optional<InterfaceType> legacy_bus_type() const { return std::nullopt; }

private:
    const std::string name_;
    DeviceObject* lower_ = nullptr;
    DeviceObject* upper_ = nullptr;
};

}  // namespace ghostcard::dma
