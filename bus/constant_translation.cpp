// SPDX-License-Identifier: MIT
#include <ghostcard/bus/constant_translation.h>

#include <algorithm>

namespace ghostcard::bus {

bool ConstantTranslation::decodes(BusAddress address) const {
    return translate({}, *BusRange::of(address, 1), false).has_value();
}

std::optional<PhysicalRange> ConstantTranslation::translate(RequesterId, BusRange range, bool) const {
    if (range.base().value < offset_) return std::nullopt;
    const PhysicalAddress first{range.base().value - offset_};
    const std::uint64_t ram = memory_.contiguous_from(first);
    return ram == 0 ? std::nullopt : PhysicalRange::of(first, std::min(range.size(), ram));
}

std::optional<BusAddress> ConstantTranslation::map(PhysicalRange pages, DmaDirection,
                                                   const DmaConstraints& constraints) {
    const auto range = BusRange::of({pages.base().value + offset_}, pages.size());
    if (!range || !constraints.allow(*range)) return std::nullopt;
    return range->base();
}

}  // namespace ghostcard::bus
