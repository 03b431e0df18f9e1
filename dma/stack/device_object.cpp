// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stack/device_object.h>

namespace ghostcard::dma {

void InterfaceReferences::release(std::source_location location) {
    if (count_ == 0 && verifier_ != nullptr)
        verifier_->report(Check::interface_over_released, "a bus interface is released that nobody holds", location);
    --count_;
}

DeviceObject::~DeviceObject() {
    if (lower_ != nullptr) lower_->upper_ = upper_;
    if (upper_ != nullptr) upper_->lower_ = lower_;
}

void DeviceObject::attach_to(DeviceObject& other) {
    lower_ = &other.top();
    lower_->upper_ = this;
}

DeviceObject& DeviceObject::top() {
    DeviceObject* object = this;
    while (object->upper_ != nullptr) object = object->upper_;
    return *object;
}

NtStatus DeviceObject::query_bus_interface(BusInterface& answer) {
    return lower_ == nullptr ? NtStatus::not_supported : lower_->query_bus_interface(answer);
}

}  // namespace ghostcard::dma
