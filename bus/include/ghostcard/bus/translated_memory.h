// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/host_memory.h>
#include <ghostcard/bus/bus_translation.h>
#include <ghostcard/bus/dma_memory.h>

#include <memory>

namespace ghostcard::bus {

/// The host's own RAM, behind its translation. Addresses from 3 GiB to 4 GiB belong to devices.
class TranslatedMemory : public DmaMemory {
public:
    static constexpr BusAddress device_window_begin{HostMemory::hole_begin};
    static constexpr BusAddress device_window_end{HostMemory::hole_end};

    /// memory must outlive this.
    TranslatedMemory(const HostMemory& memory, std::unique_ptr<BusTranslation> translation);

    bool decodes(BusAddress address) const override;
    std::span<std::byte> reach(RequesterId requester, BusRange range, bool write) const override;
    void written(std::span<const std::byte>) override {}
    bool keeps_contents() const override { return memory_.keeps_contents(); }
    Translation& for_device(RequesterId requester) override { return translation_->for_device(requester); }

private:
    const HostMemory& memory_;
    const std::unique_ptr<BusTranslation> translation_;
};

}  // namespace ghostcard::bus
