// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/dma/adapter/adapter_object.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace ghostcard::dma {
namespace {

// What a list takes in memory: Windows' structures for 64 bit, and for the system's own use what it likes.
constexpr std::uint64_t list_header = 16;
constexpr std::uint64_t list_element = 24;
constexpr std::uint64_t scratch = 64;

/// Calls `body(mdl, address, length)` for each MDL's part of the bytes.
template <class Body>
void for_each_part(const Mdl& mdl, VirtualAddress address, std::uint64_t length, Body body) {
    for (const Mdl* each = &mdl; each != nullptr && length > 0; each = each->next) {
        const VirtualAddress begin = each == &mdl ? address : each->start;
        const std::uint64_t part = std::min<std::uint64_t>(length, each->end() - begin);
        if (part > 0) body(*each, begin, part);
        length -= part;
    }
}

}  // namespace

std::uint64_t AdapterObject::list_registers(const Mdl& mdl, VirtualAddress address, std::uint64_t length) const {
    std::uint64_t registers = 0;
    for_each_part(mdl, address, length, [&](const Mdl& each, VirtualAddress begin, std::uint64_t part) {
        registers += mapper_.registers_for(each, begin, part, !description_.scatter_gather);
    });
    return registers;
}

NtStatus AdapterObject::calculate_scatter_gather_list(const Mdl* mdl, VirtualAddress address, std::uint64_t length,
                                                      std::uint64_t& size, std::uint64_t& registers) const {
    if (operations_version() < 2) return NtStatus::not_supported;
    registers = 0;
    if (mdl == nullptr)
        registers = spanned_pages({page_size - 1}, length);
    else
        for_each_part(*mdl, address, length, [&](const Mdl&, VirtualAddress begin, std::uint64_t part) {
            registers += spanned_pages(begin, part);
        });
    size = list_header + list_element * registers + scratch;
    return NtStatus::success;
}

NtStatus AdapterObject::get_scatter_gather_list(const void* device, const Mdl& mdl, VirtualAddress address,
                                                std::uint64_t length, AdapterListControl control, bool to_device,
                                                bool may_wait, Location location) {
    if (!in_dispatch("GetScatterGatherList", location)) return NtStatus::unsuccessful;
    return list({device, mdl, address, length, std::move(control), to_device, {}}, may_wait, location);
}

NtStatus AdapterObject::build_scatter_gather_list(const void* device, const Mdl& mdl, VirtualAddress address,
                                                  std::uint64_t length, AdapterListControl control, bool to_device,
                                                  std::span<std::byte> memory, Location location) {
    if (!in_dispatch("BuildScatterGatherList", location)) return NtStatus::unsuccessful;
    std::uint64_t size = 0, registers = 0;
    if (const NtStatus status = calculate_scatter_gather_list(&mdl, address, length, size, registers);
        status != NtStatus::success)
        return status;
    if (memory.size() < size) return NtStatus::buffer_too_small;
    if (std::bit_cast<std::uintptr_t>(memory.data()) % alignof(ScatterGatherElement) != 0)
        return NtStatus::invalid_parameter;
    return list({device, mdl, address, length, std::move(control), to_device, memory}, true, location);
}

NtStatus AdapterObject::list(const Request& request, bool may_wait, const Location& location) {
    if (!range_is_right(request.mdl, request.address, request.length, true, location))
        return NtStatus::invalid_parameter;
    const std::uint64_t registers = list_registers(request.mdl, request.address, request.length);
    if (registers > number_of_map_registers_) return NtStatus::insufficient_resources;
    const auto answer = pool_.ask(
        {.owner = this,
         .device = nullptr,
         .count = registers,
         .ready = {},
         .granted = [this, request, location](const MapRegisterRun& run) { make_list(request, run, location); }},
        may_wait);
    return answer == MapRegisterPool::Answer::refused ? NtStatus::insufficient_resources : NtStatus::success;
}

void AdapterObject::make_list(const Request& request, const MapRegisterRun& run, const Location& location) {
    const std::uint64_t id = books_.next_list++;
    AdapterBooks::List& made = books_.lists[id];
    made.registers = run;
    MapRegisterRun left = run;
    for_each_part(
        request.mdl, request.address, request.length, [&](const Mdl& mdl, VirtualAddress begin, std::uint64_t part) {
            for (std::uint64_t done = 0; done < part;) {
                const auto piece = description_.scatter_gather
                                       ? mapper_.map_run(mdl, begin + done, part - done, request.to_device, left)
                                       : mapper_.map_whole(mdl, begin + done, part - done, request.to_device, left);
                if (!piece) return;  // no bus address is left: the list ends early
                if (piece->copy) {
                    left.first += piece->copy->count;
                    left.count -= piece->copy->count;
                    left.pages = left.pages + piece->copy->count * page_size;
                    left.bus = left.bus + piece->copy->count * page_size;
                }
                made.pieces.push_back(*piece);
                made.elements.push_back({piece->bus.base(), piece->length()});
                announce(*piece, MappingKind::list, location);
                done += piece->length();
            }
        });
    ScatterGatherList list{made.elements, id};
    if (!request.memory.empty()) {
        const std::size_t bytes = made.elements.size() * sizeof(ScatterGatherElement);
        std::memcpy(request.memory.data(), made.elements.data(), bytes);
        list.elements = {reinterpret_cast<const ScatterGatherElement*>(request.memory.data()), made.elements.size()};
    }
    request.control(list);
}

void AdapterObject::put_scatter_gather_list(const ScatterGatherList& list, bool to_device, Location location) {
    if (!in_dispatch("PutScatterGatherList", location)) return;
    const auto found = books_.lists.find(list.id);
    if (found == books_.lists.end())
        return report(list.id != 0 && list.id < books_.next_list ? Check::list_freed_twice : Check::never_allocated,
                      "the adapter has no such list", location);
    const AdapterBooks::List put = std::move(found->second);
    books_.lists.erase(found);
    const Place place{put.pieces.front().address, {}, put.pieces.front().bus.base()};
    if (list.elements.size() != put.elements.size())
        report(Check::entry_count_differs,
               fmt::format("a list of {} elements comes back with {}", put.elements.size(), list.elements.size()),
               location, place);
    if (put.pieces.front().to_device != to_device)
        report(Check::direction_differs, "the list was made for the other direction", location, place);
    for (const MappedPiece& piece : put.pieces) unmap(piece, piece.length(), to_device, location);
    pool_.give_back(put.registers);
    report_damaged_registers(location);
}

NtStatus AdapterObject::build_mdl_from_scatter_gather_list(const ScatterGatherList& list, const Mdl* original,
                                                           Mdl& result, Location location) {
    if (!usable("BuildMdlFromScatterGatherList", location)) return NtStatus::unsuccessful;
    if (operations_version() < 2) return NtStatus::not_supported;
    const auto found = books_.lists.find(list.id);
    if (original == nullptr || found == books_.lists.end()) return NtStatus::invalid_parameter;
    if (std::exchange(found->second.mdl_built, true)) return NtStatus::none_mapped;
    const auto& pieces = found->second.pieces;
    result = {.start = pieces.front().address, .length = 0, .pages = {}};
    for (const MappedPiece& piece : pieces) {
        result.length += piece.length();
        for (const PhysicalRange range : mapper_.memory_of(piece))
            for (PhysicalAddress page = page_of(range.base()); page <= range.last(); page = page + page_size)
                if (result.pages.empty() || result.pages.back() != page) result.pages.push_back(page);
    }
    return NtStatus::success;
}

/// The verifier learns of memory that the device may touch from now on.
void AdapterObject::announce(const MappedPiece& piece, MappingKind kind, const Location& location) const {
    if (host_.verifier == nullptr) return;
    host_.verifier->mapped({piece.bus, kind, piece.to_device ? DmaDirection::from_memory : DmaDirection::to_memory,
                            mapper_.memory_of(piece), piece.address, piece.copy.has_value()},
                           location);
    if (kind != MappingKind::list) return;
    const Place place{piece.address, {}, piece.bus.base()};
    if (piece.length() > host_.longest_segment)
        report(Check::segment_too_long,
               fmt::format("an element of {} bytes; the device takes {}", piece.length(), host_.longest_segment),
               location, place);
    if (host_.device_needs && host_.device_needs->boundary != 0 &&
        piece.bus.base().value / host_.device_needs->boundary != piece.bus.last().value / host_.device_needs->boundary)
        report(Check::segment_crosses_boundary,
               fmt::format("an element of {} bytes at {:#x} crosses a multiple of {:#x}", piece.length(),
                           piece.bus.base().value, host_.device_needs->boundary),
               location, place);
}

/// Takes the memory away from the device; looks first at whether it wrote beside it.
void AdapterObject::unmap(const MappedPiece& piece, std::uint64_t bytes, bool to_device,
                          const Location& location) const {
    const auto damaged = [](std::span<const std::byte> padding) {
        return std::ranges::any_of(padding, [](std::byte byte) { return byte != map_register_fill; });
    };
    const auto [before, behind] = mapper_.padding(piece);
    const Place place{piece.address, {}, piece.bus.base()};
    if (damaged(before))
        report(Check::padding_before_changed, "the map register before the transfer's first byte was written", location,
               place);
    if (damaged(behind))
        report(Check::padding_after_changed, "the map register behind the transfer's last byte was written", location,
               place);
    mapper_.unmap(piece, bytes, to_device);
    if (host_.verifier != nullptr) host_.verifier->unmapped(piece.bus);
}

}  // namespace ghostcard::dma
