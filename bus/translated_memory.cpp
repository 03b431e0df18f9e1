// SPDX-License-Identifier: MIT
#include <ghostcard/bus/translated_memory.h>

#include <algorithm>
#include <utility>

namespace ghostcard::bus {

TranslatedMemory::TranslatedMemory(const HostMemory& memory, std::unique_ptr<BusTranslation> translation)
    : memory_(memory), translation_(std::move(translation)) {}

bool TranslatedMemory::decodes(BusAddress address) const {
    const bool in_device_window = address >= device_window_begin && address < device_window_end;
    return !in_device_window && translation_->decodes(address);
}

std::span<std::byte> TranslatedMemory::reach(RequesterId requester, BusRange range, bool write) const {
    const auto physical = translation_->translate(requester, range, write);
    const std::uint64_t ram = physical ? memory_.contiguous_from(physical->base()) : 0;
    if (ram == 0) return {};
    return *memory_.at(*PhysicalRange::of(physical->base(), std::min(ram, physical->size())));
}

}  // namespace ghostcard::bus
