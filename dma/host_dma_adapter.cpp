// SPDX-License-Identifier: MIT
#include <ghostcard/dma/host_dma_adapter.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <system_error>
#include <utility>

namespace ghostcard::dma {
namespace {

constexpr std::byte poison{0x0f};  ///< As Windows' Driver Verifier pads DMA buffers (bug check 0xE6, 0x0F).

/// The whole pages between the guard pages.
PhysicalRange inside_guards(PhysicalRange run) {
    return *PhysicalRange::of(run.base() + page_size, run.size() - 2 * page_size);
}

/// What lies around a buffer of `length` bytes: the guard page before it, and the rest of its last page with the guard
/// page behind it.
std::array<std::span<std::byte>, 2> guards(std::span<std::byte> run, std::uint64_t length) {
    return {run.first(page_size), run.subspan(page_size + length)};
}

}  // namespace

HostDmaAdapter::HostDmaAdapter(const HostMemory& memory, PageAllocator& allocator, Translation& translation)
    : memory_(memory), allocator_(allocator), translation_(translation) {}

HostDmaAdapter::~HostDmaAdapter() {
    for (const Allocation& allocation : buffers_) release(allocation);
}

DmaError HostDmaAdapter::allocate_common_buffer(std::uint64_t length, const DmaConstraints& constraints,
                                                CommonBuffer& buffer, SourceLocation) {
    if (length == 0 || !constraints.valid()) return DmaError::invalid_request;
    if (constraints.boundary != 0 && length > constraints.boundary) return DmaError::invalid_request;
    if (length > memory_.size()) return DmaError::out_of_memory;

    DmaConstraints of_pages = constraints;  // a buffer that begins with a page and ends in it crosses no finer boundary
    if (constraints.boundary != 0) of_pages.boundary = std::max(constraints.boundary, page_size);
    Placement placement{.margin = 1};
    if (const auto offset = translation_.constant_offset()) {
        placement.constraints = of_pages;
        placement.shift = *offset;
    }
    const auto run = allocator_.allocate_contiguous(round_up(length, page_size) / page_size, placement);
    if (!run) return DmaError::out_of_memory;
    const PhysicalRange inside = inside_guards(*run);

    std::vector<PhysicalAddress> pages;
    for (std::uint64_t at = 0; at < inside.size(); at += page_size) pages.push_back(inside.base() + at);
    PageMapping mapping;
    try {
        mapping = memory_.map(pages);
    } catch (const std::system_error&) {
        (void)allocator_.free(*run);
        return DmaError::out_of_memory;
    }

    const auto bus_address = translation_.map(inside, DmaDirection::both, of_pages);
    const auto mapped = bus_address ? BusRange::of(*bus_address, inside.size()) : std::nullopt;
    if (!mapped || !constraints.allow(*BusRange::of(*bus_address, length))) {
        if (mapped) translation_.unmap(*mapped);
        (void)allocator_.free(*run);
        return DmaError::no_bus_addresses;
    }

    for (const auto guard : guards(*memory_.at(*run), length)) std::ranges::fill(guard, poison);
    buffer = {mapping.bytes().first(length), *bus_address};
    if (memory_.keeps_contents()) std::ranges::fill(buffer.bytes, std::byte{0});
    buffers_.push_back({*run, std::move(mapping), buffer});
    return DmaError::none;
}

DmaError HostDmaAdapter::free_common_buffer(const CommonBuffer& buffer, SourceLocation) {
    const auto found = std::ranges::find_if(buffers_, [&](const Allocation& allocation) {
        return allocation.buffer.bytes.data() == buffer.bytes.data() &&
               allocation.buffer.bytes.size() == buffer.bytes.size() &&
               allocation.buffer.bus_address == buffer.bus_address;
    });
    if (found == buffers_.end()) return DmaError::unknown_buffer;
    find_damage(*found, damage_);
    release(*found);
    buffers_.erase(found);
    return DmaError::none;
}

std::optional<PhysicalAddress> HostDmaAdapter::physical_address(const std::byte* pointer) const {
    const std::less<> below;
    for (const Allocation& allocation : buffers_) {
        const std::span<std::byte> bytes = allocation.buffer.bytes;
        if (below(pointer, bytes.data()) || !below(pointer, bytes.data() + bytes.size())) continue;
        return inside_guards(allocation.run).base() + static_cast<std::uint64_t>(pointer - bytes.data());
    }
    return std::nullopt;
}

std::vector<GuardDamage> HostDmaAdapter::damaged_guards() const {
    std::vector<GuardDamage> found = damage_;
    for (const Allocation& allocation : buffers_) find_damage(allocation, found);
    return found;
}

std::vector<GuardDamage> HostDmaAdapter::damage_of(const CommonBuffer& buffer) const {
    std::vector<GuardDamage> found;
    for (const Allocation& allocation : buffers_)
        if (allocation.buffer.bus_address == buffer.bus_address) find_damage(allocation, found);
    return found;
}

void HostDmaAdapter::find_damage(const Allocation& allocation, std::vector<GuardDamage>& found) const {
    const std::span<std::byte> run = *memory_.at(allocation.run);
    const std::uint64_t length = allocation.buffer.bytes.size();
    for (const auto guard : guards(run, length)) {
        const auto damaged = std::ranges::find_if(guard, [](std::byte byte) { return byte != poison; });
        if (damaged == guard.end()) continue;
        const std::int64_t offset = &*damaged - run.data() - static_cast<std::int64_t>(page_size);
        found.push_back({allocation.buffer.bus_address, length, offset});
    }
}

void HostDmaAdapter::release(const Allocation& allocation) {
    translation_.unmap(*BusRange::of(allocation.buffer.bus_address, inside_guards(allocation.run).size()));
    (void)allocator_.free(allocation.run);
}

}  // namespace ghostcard::dma
