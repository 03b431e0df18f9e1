// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/dma/adapter/hal.h>

#include <algorithm>

namespace ghostcard::dma {

Hal::Hal(const HostMemory& memory, PageAllocator& allocator, Translation& translation, const HalSettings& settings,
         DmaVerifier* verifier)
    : memory_(memory), allocator_(allocator), translation_(translation), settings_(settings), verifier_(verifier) {}

void Hal::declare_device(const DmaConstraints& needs, std::uint64_t longest_segment) {
    device_needs_ = needs;
    longest_segment_ = longest_segment;
    if (verifier_ != nullptr) verifier_->set_device_needs(needs);
}

MapRegisterPool& Hal::pool(unsigned address_bits) {
    auto& pool = pools_[address_bits];
    if (!pool)
        pool =
            std::make_unique<MapRegisterPool>(memory_, allocator_, translation_, settings_.map_registers, address_bits);
    return *pool;
}

AdapterObject* Hal::adapter(const DeviceDescription& description, std::uint64_t& map_registers,
                            SourceLocation location) {
    if (verifier_ != nullptr && description.version > settings_.highest_version)
        verifier_->report(Check::unknown_description_version,
                          fmt::format("version {} was given, this system knows up to {}", description.version,
                                      settings_.highest_version),
                          location);
    if (!acceptable(description, settings_.highest_version)) return nullptr;
    adapters_.push_back(std::make_unique<AdapterObject>(
        AdapterHost{memory_, allocator_, translation_, pool(address_bits(description)), settings_.map_registers,
                    settings_.policy, verifier_, device_needs_, longest_segment_},
        description, location));
    map_registers = adapters_.back()->number_of_map_registers();
    return adapters_.back().get();
}

AdapterObject* Hal::legacy_adapter(const DeviceDescription& description, std::uint64_t& map_registers,
                                   SourceLocation location) {
    return settings_.legacy_adapters ? adapter(description, map_registers, location) : nullptr;
}

AdapterObject* Hal::hal_get_adapter(const DeviceDescription& description, std::uint64_t& map_registers,
                                    SourceLocation location) {
    if (verifier_ != nullptr)
        verifier_->report(Check::obsolete_routine, "HalGetAdapter was called by a driver", location);
    return legacy_adapter(description, map_registers, location);
}

void Hal::put(AdapterObject* adapter, SourceLocation location) {
    if (adapter != nullptr) return adapter->put(location);
    if (verifier_ != nullptr) verifier_->report(Check::adapter_null, "PutDmaAdapter of NULL", location);
}

void Hal::driver_unloaded() {
    if (verifier_ == nullptr) return;
    for (const auto& adapter : adapters_)
        if (!adapter->is_put())
            verifier_->report(Check::leak_at_unload, "a DMA adapter was not put", adapter->asked_at());
    verifier_->driver_unloaded();
}

std::uint64_t Hal::outstanding() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(adapters_, [](const auto& adapter) { return !adapter->is_put(); }));
}

}  // namespace ghostcard::dma
