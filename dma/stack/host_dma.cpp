// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stack/host_dma.h>

#include <algorithm>
#include <limits>

namespace ghostcard::dma {
namespace {

/// As a driver for this card describes it.
DeviceDescription describe(const DriverSettings& driver, const DmaConstraints& needs, std::uint64_t frame_bytes) {
    const bool common = driver.strategy == Strategy::common_buffer || driver.strategy == Strategy::physical_address;
    // Of a common buffer: all frames, each at its alignment, and the room that alignment of the whole may cost.
    const std::uint64_t alignment = std::max({needs.alignment, driver.alignment.count, needs.boundary, page_size});
    const std::uint64_t longest =
        common ? driver.buffers * round_up(frame_bytes, alignment) + 2 * alignment : frame_bytes;
    return {.version = 3,
            .scatter_gather = driver.strategy == Strategy::scatter_gather || driver.strategy == Strategy::rearm,
            .dma_address_width = needs.address_bits,
            .maximum_length = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(longest, std::numeric_limits<std::uint32_t>::max()))};
}

BusAnswer answer_of(StackKind stack) {
    return stack == StackKind::bus_interface ? BusAnswer::forward : BusAnswer::none;
}

}  // namespace

HostDma::HostDma(const HostMemory& memory, PageAllocator& pages, Translation& translation, Clock& clock,
                 const HostDmaSettings& settings, const DriverSettings& driver, const DmaConstraints& needs,
                 std::uint64_t frame_bytes)
    : settings_(settings),
      description_(describe(driver, needs, frame_bytes)),
      verifier_(clock, &irql_),
      hal_(memory, pages, translation, settings.hal, &verifier_),
      io_(hal_),
      card_(io_),
      bus_(io_, card_, answer_of(settings.stack)),
      port_([this](SourceLocation location) { return get_adapter(location); }, clock, irql_, &verifier_,
            {.max_mapping_bytes = settings.max_mapping.count == 0 ? ~std::uint64_t{0} : settings.max_mapping.count,
             .service = settings.stack == StackKind::service}) {
    hal_.declare_device(needs, ~std::uint64_t{0});
    if (settings.stack != StackKind::unreported_pdo) bus_.start();
    function_.attach_to(bus_.child_pdo());
    // Where kernel pool might lie; the pointers of this process differ from run to run.
    io_.show_as(&bus_.fdo(), VirtualAddress{0xffff'a000'0000'1050});
    io_.show_as(&bus_.child_pdo(), VirtualAddress{0xffff'a000'0000'2050});
}

AdapterObject* HostDma::get_adapter(SourceLocation location) {
    std::uint64_t registers = 0;
    const auto get = [&](const void* pdo) { return io_.get_dma_adapter(pdo, description_, registers, location); };
    switch (settings_.stack) {
        case StackKind::child_pdo:
        case StackKind::bus_interface:
        case StackKind::unreported_pdo: return get(&bus_.child_pdo());
        case StackKind::fdo: return get(&bus_.fdo());
        // By whom and for whom the call is made differs here; the object is the same.
        case StackKind::direct:
        case StackKind::pci_pdo:
        case StackKind::lent_adapter:
        case StackKind::service: break;
    }
    return get(&bus_.card_pdo());
}

void HostDma::unload() {
    port_.close();
    hal_.driver_unloaded();
}

}  // namespace ghostcard::dma
