// SPDX-License-Identifier: MIT
#include <ghostcard/bus/bus_translation.h>

#include <ghostcard/bus/constant_translation.h>
#include <ghostcard/bus/iommu.h>

namespace ghostcard::bus {

std::unique_ptr<BusTranslation> make_translation(const HostSettings& settings, const HostMemory& memory) {
    switch (settings.translation) {
        case TranslationKind::identity: return std::make_unique<ConstantTranslation>(memory, 0);
        case TranslationKind::offset: return std::make_unique<ConstantTranslation>(memory, settings.offset.count);
        case TranslationKind::iommu: break;
    }
    return std::make_unique<Iommu>();
}

}  // namespace ghostcard::bus
