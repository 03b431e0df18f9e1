// SPDX-License-Identifier: MIT
#include <ghostcard/bus/constant_translation.h>

namespace ghostcard::bus {

bool ConstantTranslation::decodes(BusAddress address) const { return translate({}, address, false).has_value(); }

std::optional<PhysicalAddress> ConstantTranslation::translate(RequesterId, BusAddress address, bool) const {
    if (address.value < offset_) return std::nullopt;
    const PhysicalAddress physical{address.value - offset_};
    return memory_.at(*PhysicalRange::of(physical, 1)) ? std::optional(physical) : std::nullopt;
}

std::optional<BusAddress> ConstantTranslation::map(PhysicalRange pages, DmaDirection,
                                                   const DmaConstraints& constraints) {
    const auto range = BusRange::of({pages.base().value + offset_}, pages.size());
    if (!range || !constraints.allow(*range)) return std::nullopt;
    return range->base();
}

}  // namespace ghostcard::bus
