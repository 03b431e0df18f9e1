// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/dma/adapter/adapter_object.h>

#include <algorithm>
#include <utility>

namespace ghostcard::dma {

NtStatus AdapterObject::allocate_adapter_channel(const void* device, std::uint64_t registers, AdapterControl control,
                                                 bool may_wait, Location location) {
    if (!in_dispatch("AllocateAdapterChannel", location)) return NtStatus::unsuccessful;
    if (registers > number_of_map_registers_) {
        report(Check::too_many_map_registers,
               fmt::format("{} map registers are asked for, the adapter has {}", registers, number_of_map_registers_),
               location);
        return NtStatus::insufficient_resources;
    }
    if (books_.asking.contains(device)) {
        report(Check::second_channel, "the device's last request has not been answered yet", location);
        return NtStatus::unsuccessful;
    }
    std::uint64_t held = registers;
    for (const auto& [base, grant] : books_.grants) held += grant.asked;
    if (held > number_of_map_registers_)
        report(Check::map_registers_beyond_adapter,
               fmt::format("{} map registers would be held, the adapter has {}", held, number_of_map_registers_),
               location);

    books_.asking.insert(device);
    const std::uint64_t needed = needs_registers_ ? registers : 0;
    const auto answer =
        pool_.ask({.owner = this,
                   .device = device,
                   .count = needed,
                   .ready = [this] { return !books_.kept_channel; },
                   .granted = [this, device, registers, control = std::move(control)](
                                  const MapRegisterRun& run) { run_control(device, registers, run, control); }},
                  may_wait);
    if (answer == MapRegisterPool::Answer::refused) books_.asking.erase(device);
    if (answer != MapRegisterPool::Answer::granted && pool_.fragmented(needed))
        report(Check::no_contiguous_map_registers,
               fmt::format("{} map registers are free, but not side by side", needed), location);
    return answer == MapRegisterPool::Answer::refused ? NtStatus::insufficient_resources : NtStatus::success;
}

void AdapterObject::run_control(const void* device, std::uint64_t asked, const MapRegisterRun& run,
                                const AdapterControl& control) {
    const std::uint64_t base = run.count == 0 ? 0 : books_.next_base++;
    const auto [grant, added] = books_.grants.try_emplace(base);
    if (added)
        grant->second = {.device = device, .registers = run, .asked = asked, .used = 0, .shares = 1, .pieces = {}};
    else
        ++grant->second.shares;
    const AllocationAction action = control({base});
    books_.asking.erase(device);
    const auto still = books_.grants.find(base);
    if (still == books_.grants.end()) return;  // the routine itself has freed them
    if (action == AllocationAction::keep_object) books_.kept_channel = base;
    if (action == AllocationAction::deallocate_object) release(still, Location::current());
}

bool AdapterObject::cancel_adapter_channel(const void* device, Location location) {
    if (!usable("CancelAdapterChannel", location) || operations_version() < 3 || !books_.asking.contains(device))
        return false;
    books_.asking.erase(device);
    return pool_.cancel(this, device);
}

void AdapterObject::free_adapter_channel(const void* device, Location location) {
    if (!in_dispatch("FreeAdapterChannel", location)) return;
    const auto kept = books_.kept_channel ? books_.grants.find(*books_.kept_channel) : books_.grants.end();
    if (kept == books_.grants.end() || kept->second.device != device)
        return report(Check::channel_freed_twice, "the device does not keep the channel", location);
    books_.kept_channel.reset();
    release(kept, location);
    pool_.serve();
}

bool AdapterObject::range_is_right(const Mdl& mdl, VirtualAddress address, std::uint64_t length, bool chained,
                                   const Location& location) const {
    const auto refuse = [&](Check check, std::string_view why) {
        report(check, fmt::format("{} bytes at {:#x}: {}", length, address.value, why), location, {address, {}, {}});
        return false;
    };
    if (length == 0) return refuse(Check::zero_length, "there is nothing to map");
    if (!mdl.holds(address)) {
        const bool before = address < mdl.start;
        if (mdl.next != nullptr)
            return before ? refuse(Check::before_first_mdl, "the chain's first MDL begins later")
                          : refuse(Check::after_first_mdl, "the chain's first MDL has ended");
        return refuse(Check::address_outside_mdl,
                      fmt::format("the MDL describes {:#x} to {:#x}", mdl.start.value, mdl.end().value - 1));
    }
    std::uint64_t described = mdl.end() - address;
    bool locked = mdl.locked, mapped = mdl.system_mapped;
    std::uint64_t pages = 0;
    for (const Mdl* each = &mdl; each != nullptr; each = chained ? each->next : nullptr) {
        if (each != &mdl) described += each->length;
        locked = locked && each->locked;
        mapped = mapped && each->system_mapped;
        for (const PhysicalAddress page : each->pages)
            pages += host_.memory.file_offset(*PhysicalRange::of(page, 1)) ? 0 : 1;
    }
    if (length > described)
        return refuse(Check::longer_than_buffer, fmt::format("the buffer ends after {}", described));
    if (!locked) return refuse(Check::buffer_not_locked, "the MDL's pages are not locked");
    if (pages > 0) return refuse(Check::invalid_memory, fmt::format("{} pages of the MDL are no RAM", pages));
    if (!mapped && needs_registers_) return refuse(Check::not_in_system_space, "the MDL has no system address");
    return true;
}

std::optional<BusAddress> AdapterObject::map_transfer(const Mdl& mdl, MapRegisterBase base, VirtualAddress address,
                                                      std::uint64_t& length, bool to_device, Location location) {
    if (host_.verifier != nullptr) host_.verifier->expect_irql_up_to(Irql::dispatch, "MapTransfer", location);
    if (!usable("MapTransfer", location)) return std::nullopt;
    const auto grant = books_.grants.find(base.value);
    if (grant == books_.grants.end()) {
        report(Check::flush_of_unmapped_register, "MapTransfer with a base that is not granted", location);
        return std::nullopt;
    }
    if (!range_is_right(mdl, address, length, false, location)) return std::nullopt;
    for (const auto& [each, other] : books_.grants)
        for (const MappedPiece& piece : other.pieces)
            if (piece.mdl == &mdl && address < piece.address + piece.length() && piece.address < address + length) {
                report(Check::already_mapped,
                       fmt::format("{} bytes at {:#x} are mapped and not flushed", piece.length(), piece.address.value),
                       location, {address, {}, {}});
                return std::nullopt;
            }

    AdapterBooks::Grant& own = grant->second;
    MapRegisterRun left = own.registers;
    left.first += own.used;
    left.count -= own.used;
    left.pages = left.pages + own.used * page_size;
    left.bus = left.bus + own.used * page_size;
    const auto piece = description_.scatter_gather ? mapper_.map_run(mdl, address, length, to_device, left)
                                                   : mapper_.map_whole(mdl, address, length, to_device, left);
    if (!piece) {
        report(Check::not_flushed,
               fmt::format("{} bytes do not fit the {} map registers that are left of {}; nothing has been flushed",
                           length, left.count, own.asked),
               location, {address, {}, {}});
        return std::nullopt;
    }
    if (piece->copy) own.used += piece->copy->count;
    own.pieces.push_back(*piece);
    length = piece->length();
    announce(*piece, MappingKind::transfer, location);
    return piece->bus.base();
}

bool AdapterObject::flush_adapter_buffers(const Mdl& mdl, MapRegisterBase base, VirtualAddress address,
                                          std::uint64_t length, bool to_device, Location location) {
    if (host_.verifier != nullptr) host_.verifier->expect_irql_up_to(Irql::dispatch, "FlushAdapterBuffers", location);
    if (!usable("FlushAdapterBuffers", location)) return false;
    const auto refuse = [&](Check check, std::string_view why) {
        report(check, fmt::format("flush of {} bytes at {:#x}: {}", length, address.value, why), location,
               {address, {}, {}});
        return false;
    };
    const auto found = books_.grants.find(base.value);
    if (found == books_.grants.end()) return refuse(Check::flush_of_unmapped_register, "the base is not granted");
    AdapterBooks::Grant& grant = found->second;
    // The pieces of the MDL from this address on, as far as they are one run of its bytes.
    std::vector<std::list<MappedPiece>::iterator> pieces;
    VirtualAddress next = address;
    for (auto piece = grant.pieces.begin(); piece != grant.pieces.end(); ++piece)
        if (piece->mdl == &mdl && piece->address == next && next - address < std::max<std::uint64_t>(length, 1)) {
            pieces.push_back(piece);
            next = next + piece->length();
        }
    if (pieces.empty()) return refuse(Check::flush_not_mapped, "no transfer begins there");
    if (pieces.front()->to_device != to_device) refuse(Check::direction_differs, "it was mapped the other way");
    const std::uint64_t mapped = next - address;
    if (length > mapped) {
        const bool beyond = grant.registers.count > 0 && spanned_pages(address, length) > grant.registers.count;
        refuse(beyond ? Check::flush_past_map_registers : Check::flush_outside_mapping,
               fmt::format("{} bytes are mapped", mapped));
    }
    std::uint64_t left = length;
    for (const auto piece : pieces) {
        const std::uint64_t bytes = std::min(left, piece->length());
        left -= bytes;
        unmap(*piece, bytes, to_device, location);
        grant.pieces.erase(piece);
    }
    if (grant.pieces.empty()) grant.used = 0;
    report_damaged_registers(location);
    return true;
}

void AdapterObject::report_unflushed(const AdapterBooks::Grant& grant, const Location& location) const {
    if (grant.pieces.empty()) return;
    const MappedPiece& piece = grant.pieces.front();
    const LiveMapping* const live =
        host_.verifier == nullptr ? nullptr : host_.verifier->mappings().at(piece.bus.base());
    const bool complete = live != nullptr && live->accessed >= live->range.size();
    report(complete ? Check::not_flushed : Check::freed_while_mapped,
           fmt::format("map registers are freed while {} bytes at {:#x} are mapped, {}", piece.length(),
                       piece.address.value,
                       complete ? "which the device has finished" : "which the device has not finished"),
           location, {piece.address, {}, piece.bus.base()});
}

/// Gives the registers back, whatever is still mapped in them.
void AdapterObject::release(std::map<std::uint64_t, AdapterBooks::Grant>::iterator grant, const Location& location) {
    report_unflushed(grant->second, location);
    for (const MappedPiece& piece : grant->second.pieces) unmap(piece, 0, true, location);
    grant->second.pieces.clear();
    if (--grant->second.shares > 0) return;
    const MapRegisterRun run = grant->second.registers;
    books_.grants.erase(grant);
    pool_.give_back(run);
}

void AdapterObject::free_map_registers(MapRegisterBase base, std::uint64_t count, Location location) {
    if (!in_dispatch("FreeMapRegisters", location)) return;
    const auto grant = books_.grants.find(base.value);
    if (grant == books_.grants.end() || books_.kept_channel == base.value)
        return report(Check::map_registers_freed_twice, "the base is not granted", location);
    if (grant->second.asked != count && !base.is_null())
        report(Check::size_differs,
               fmt::format("{} map registers are freed, {} were granted", count, grant->second.asked), location);
    release(grant, location);
}

}  // namespace ghostcard::dma
