// SPDX-License-Identifier: MIT
#include <ghostcard/dma/adapter/transfer_mapper.h>

#include <algorithm>
#include <cstring>

namespace ghostcard::dma {
namespace {

constexpr DmaDirection direction(bool to_device) {
    return to_device ? DmaDirection::from_memory : DmaDirection::to_memory;
}

/// The whole pages that hold the range.
PhysicalRange in_pages(PhysicalRange range) {
    const PhysicalAddress first = page_of(range.base());
    return *PhysicalRange::of(first, page_of(range.last()) - first + page_size);
}

}  // namespace

/// Of the range's first bytes, those that the device can reach.
std::uint64_t TransferMapper::reachable_bytes(PhysicalRange range) const {
    const auto offset = translation_.constant_offset();
    if (!offset) return range.size();  // page tables place every page within reach
    const std::uint64_t highest = address_bits_ >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << address_bits_) - 1;
    const std::uint64_t first = range.base().value + *offset;
    if (first > highest) return 0;
    return highest - first >= range.size() ? range.size() : highest - first + 1;
}

bool TransferMapper::may_need_registers(bool scatter_gather) const {
    const PhysicalAddress last = memory_.page(memory_.pages() - 1);
    return !scatter_gather || policy_.bounce == BouncePolicy::always ||
           reachable_bytes(*PhysicalRange::of(last, page_size)) < page_size;
}

/// Whether these bytes as one piece go through registers.
bool TransferMapper::is_copied(const Mdl& mdl, VirtualAddress address, std::uint64_t length) const {
    if (policy_.bounce == BouncePolicy::always) return true;
    const auto runs = mdl.runs(address, length);
    if (runs.size() > 1 && policy_.gather_by_translation && !translation_.constant_offset()) return false;
    return runs.size() > 1 || reachable_bytes(runs[0]) < length;
}

std::uint64_t TransferMapper::registers_for(const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                            bool one_piece) const {
    if (one_piece) return is_copied(mdl, address, length) ? spanned_pages(address, length) : 0;
    if (policy_.bounce == BouncePolicy::always) return spanned_pages(address, length);
    std::uint64_t pages = 0;
    for (const PhysicalRange run : mdl.runs(address, length)) {
        const PhysicalRange whole = in_pages(run);
        pages += (whole.size() - round_down(reachable_bytes(whole), page_size)) / page_size;
    }
    return pages;
}

std::optional<MappedPiece> TransferMapper::direct(const Mdl& mdl, VirtualAddress address, PhysicalRange run,
                                                  bool to_device) const {
    const PhysicalRange pages = in_pages(run);
    const auto bus = translation_.map(pages, direction(to_device),
                                      {.alignment = page_size, .boundary = 0, .address_bits = address_bits_});
    if (!bus) return std::nullopt;
    const BusRange whole = *BusRange::of(*bus, pages.size());
    return MappedPiece{&mdl,      address, *BusRange::of(*bus + (run.base() - pages.base()), run.size()),
                       to_device, {},      whole};
}

std::optional<MappedPiece> TransferMapper::gathered(const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                                    bool to_device) const {
    std::vector<PhysicalAddress> pages;
    const std::uint64_t count = spanned_pages(address, length);
    for (std::uint64_t i = 0; i < count; ++i)
        pages.push_back(page_of(mdl.physical(i == 0 ? address : page_of(address) + i * page_size)));
    const auto bus = translation_.map_pages(pages, direction(to_device),
                                            {.alignment = page_size, .boundary = 0, .address_bits = address_bits_});
    if (!bus) return std::nullopt;
    return MappedPiece{&mdl,      address, *BusRange::of(*bus + address.value % page_size, length),
                       to_device, {},      *BusRange::of(*bus, count * page_size)};
}

std::optional<MappedPiece> TransferMapper::copied(const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                                  bool to_device, const MapRegisterRun& registers) const {
    const std::uint64_t needed = spanned_pages(address, length);
    if (registers.count < needed) return std::nullopt;
    MapRegisterRun used = registers;
    used.count = needed;
    const BusRange bus = *BusRange::of(used.bus + address.value % page_size, length);
    const MappedPiece piece{&mdl, address, bus, to_device, used, {}};
    if (to_device) copy(piece, length, true);
    return piece;
}

std::optional<MappedPiece> TransferMapper::map_whole(const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                                     bool to_device, const MapRegisterRun& registers) const {
    if (!is_copied(mdl, address, length)) {
        const auto runs = mdl.runs(address, length);
        const auto piece =
            runs.size() == 1 ? direct(mdl, address, runs[0], to_device) : gathered(mdl, address, length, to_device);
        if (piece) return piece;
    }
    return copied(mdl, address, length, to_device, registers);
}

std::optional<MappedPiece> TransferMapper::map_run(const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                                   bool to_device, const MapRegisterRun& registers) const {
    const PhysicalRange run = mdl.runs(address, length)[0];
    const std::uint64_t reachable = policy_.bounce == BouncePolicy::always ? 0 : reachable_bytes(run);
    const std::uint64_t in_page = std::min(page_size - address.value % page_size, length);
    // What lies beyond the limit goes page by page, so that a list keeps its elements (WDK, "Performing DMA in 64-bit
    // Windows").
    if (reachable >= in_page)
        if (const auto piece = direct(mdl, address, *PhysicalRange::of(run.base(), reachable), to_device)) return piece;
    return copied(mdl, address, in_page, to_device, registers);
}

void TransferMapper::copy(const MappedPiece& piece, std::uint64_t bytes, bool into_registers) const {
    bytes_copied_ += bytes;
    PhysicalAddress at = piece.copy->pages + piece.address.value % page_size;
    for (const PhysicalRange run : piece.mdl->runs(piece.address, bytes)) {
        const auto own = *memory_.at(run);
        const auto registers = *memory_.at(*PhysicalRange::of(at, run.size()));
        std::memcpy(into_registers ? registers.data() : own.data(), into_registers ? own.data() : registers.data(),
                    run.size());
        at = at + run.size();
    }
}

void TransferMapper::unmap(const MappedPiece& piece, std::uint64_t bytes, bool to_device) const {
    if (piece.own_translation) translation_.unmap(*piece.own_translation);
    if (!piece.copy) return;
    if (!to_device && bytes > 0) copy(piece, std::min(bytes, piece.length()), false);
    const auto registers = PhysicalRange::of(piece.copy->pages, piece.copy->count * page_size);
    std::ranges::fill(*memory_.at(*registers), map_register_fill);
}

TransferMapper::Padding TransferMapper::padding(const MappedPiece& piece) const {
    if (!piece.copy) return {};
    const auto all = *memory_.at(*PhysicalRange::of(piece.copy->pages, piece.copy->count * page_size));
    const std::uint64_t offset = piece.address.value % page_size;
    return {all.first(offset), all.subspan(offset + piece.length())};
}

std::vector<PhysicalRange> TransferMapper::memory_of(const MappedPiece& piece) const {
    if (!piece.copy) return piece.mdl->runs(piece.address, piece.length());
    return {*PhysicalRange::of(piece.copy->pages + piece.address.value % page_size, piece.length())};
}

}  // namespace ghostcard::dma
