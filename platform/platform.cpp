// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/translated_memory.h>
#include <ghostcard/platform/platform.h>

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::platform {
namespace {

/// RAM must not appear on the bus where devices are.
const bus::HostSettings& checked(const bus::HostSettings& host) {
    using bus::TranslatedMemory;
    if (host.translation != bus::TranslationKind::offset) return host;
    const std::uint64_t below_hole = std::min(host.memory.count, HostMemory::hole_begin);
    const auto low_ram = BusRange::of({host.offset.count}, below_hole);
    const auto devices = BusRange::of(TranslatedMemory::device_window_begin,
                                      TranslatedMemory::device_window_end - TranslatedMemory::device_window_begin);
    if (!low_ram || low_ram->overlaps(*devices))
        throw InputError(
            fmt::format("host.offset {} puts {} of RAM over the devices' addresses from 3 GiB to 4 GiB; "
                        "allowed are offsets that keep clear of them",
                        to_text(host.offset), to_text(host.memory)));
    return host;
}

}  // namespace

Platform::Platform(const PlatformSettings& settings, model::VideoInput video)
    : Ram{HostMemory(checked(settings.host).memory.count, settings.contents)},
      Machine(settings, std::move(video),
              std::make_unique<bus::TranslatedMemory>(memory, bus::make_translation(settings.host, memory))),
      pages(memory, Random(settings.seed, "physical pages")),
      dma_adapter(memory, pages, host.translation_for(card_id)) {
    add_load([this](bus::RequesterId id) { return map_page(id); });
}

BusAddress Platform::map_page(bus::RequesterId id) {
    const auto page = pages.allocate_contiguous(1);
    if (!page) throw InputError("host.memory has no page left for the other bus masters");
    return host.translation_for(id).map(*page, DmaDirection::both, {}).value();
}

}  // namespace ghostcard::platform
