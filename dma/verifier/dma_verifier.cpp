// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/units.h>
#include <ghostcard/dma/verifier/dma_verifier.h>

#include <algorithm>
#include <utility>

namespace ghostcard::dma {
namespace {

std::string_view name_of(Irql level) {
    switch (level) {
        case Irql::passive: return "PASSIVE_LEVEL";
        case Irql::apc: return "APC_LEVEL";
        case Irql::dispatch: return "DISPATCH_LEVEL";
        case Irql::device: break;
    }
    return "device IRQL";
}

bool allows(const LiveMapping& mapping, bool write) {
    return mapping.direction != (write ? DmaDirection::from_memory : DmaDirection::to_memory);
}

std::string_view access_name(bool write) { return write ? "wrote" : "read"; }

}  // namespace

CallSite CallSite::of(const SourceLocation& location) {
    std::string file = location.file_name();
    if (const auto folder = file.find_last_of('/'); folder != std::string::npos) file.erase(0, folder + 1);
    return {std::move(file), location.line(), location.function_name()};
}

void DmaVerifier::report(Check check, std::string what, const SourceLocation& location, const Place& place) {
    add(check, std::move(what), CallSite::of(location), place, clock_.now());
}

void DmaVerifier::add(Check check, std::string what, CallSite site, const Place& place, Duration time) {
    const auto same = std::ranges::find_if(
        findings_, [&](const Finding& finding) { return finding.check == check && finding.site == site; });
    if (same != findings_.end())
        ++same->times;
    else
        findings_.push_back({check, std::move(what), std::move(site), time, place});
}

void DmaVerifier::expect_irql(Irql exactly, std::string_view routine, const SourceLocation& location) {
    if (irql_ == nullptr || irql_->irql() == exactly) return;
    report(
        Check::irql_not_expected,
        fmt::format("{} was called at {}; it is to be called at {}", routine, name_of(irql_->irql()), name_of(exactly)),
        location);
}

void DmaVerifier::expect_irql_up_to(Irql highest, std::string_view routine, const SourceLocation& location) {
    if (irql_ == nullptr || irql_->irql() <= highest) return;
    report(Check::irql_too_high,
           fmt::format("{} was called at {}; it may be called at {} or below", routine, name_of(irql_->irql()),
                       name_of(highest)),
           location);
}

void DmaVerifier::mapped(const LiveMapping& mapping, const SourceLocation& location) {
    if (const LiveMapping* other = mappings_.overlapping(mapping))
        report(Check::overlapping_mapping,
               fmt::format("{} bytes become a {} while a {} at bus address {:#x} has memory in the same cache lines",
                           mapping.range.size(), dma::name_of(mapping.kind), dma::name_of(other->kind),
                           other->range.base().value),
               location, {mapping.virtual_address, mapping.memory.front().base(), mapping.range.base()});
    LiveMapping added = mapping;
    added.site = CallSite::of(location);
    mappings_.add(std::move(added));
}

void DmaVerifier::buffer_read(BusRange range, const SourceLocation& location) {
    if (!line_taken_ || !unpushed_ || !unpushed_->overlaps(range)) return;
    report(Check::stale_read,
           fmt::format("{} bytes are read after an interrupt by the line, and no register has been read since",
                       range.size()),
           location, placed(range.base()));
}

void DmaVerifier::driver_unloaded() {
    for (const auto& [base, mapping] : mappings_.live())
        add(Check::leak_at_unload,
            fmt::format("a {} of {} bytes is left", dma::name_of(mapping.kind), mapping.range.size()), mapping.site,
            placed(base), clock_.now());
}

/// What is known about a bus address.
Place DmaVerifier::placed(BusAddress address) const {
    Place place{.virtual_address = {}, .physical_address = {}, .bus_address = address};
    const LiveMapping* mapping = mappings_.at(address);
    if (mapping == nullptr) mapping = mappings_.removed(address);
    if (mapping == nullptr) return place;
    place.physical_address = LiveMappings::physical(*mapping, address);
    if (mapping->virtual_address) place.virtual_address = *mapping->virtual_address + (address - mapping->range.base());
    return place;
}

void DmaVerifier::device_accessed(BusRange range, bool write, bool bus_master, Duration time) {
    const auto what = [&] {
        return fmt::format("the device {} {} bytes at bus address {:#x}", access_name(write), range.size(),
                           range.base().value);
    };
    if (write) unpushed_ = range;
    mappings_.note_access(range);
    if (!bus_master) add(Check::bus_master_off, what(), started_at_, placed(range.base()), time);
    // The first byte that no mapping holds; mappings may lie side by side.
    BusAddress at = range.base();
    while (const LiveMapping* mapping = mappings_.at(at)) {
        if (!allows(*mapping, write))
            return add(Check::access_against_direction, what(), started_at_, placed(at), time);
        if (mapping->range.last() >= range.last()) return;
        at = mapping->range.last() + 1;
    }
    const LiveMapping* const before = mappings_.removed(at);
    if (before != nullptr)
        return add(Check::access_after_unmap,
                   fmt::format("{}, of which {:#x} was a {} that has been given back", what(), at.value,
                               dma::name_of(before->kind)),
                   started_at_, placed(at), time);
    add(Check::access_outside_mapping, fmt::format("{}, of which {:#x} is not mapped for it", what(), at.value),
        started_at_, placed(at), time);
}

bool DmaVerifier::device_accessed_row(BusRange row, std::uint64_t bytes, bool write, bool bus_master) {
    const LiveMapping* const mapping = mappings_.at(row.base());
    if (!bus_master || mapping == nullptr || !mapping->range.contains(row) || !allows(*mapping, write)) return false;
    if (write) unpushed_ = BusRange::of(row.base() + (row.size() - bytes), bytes);
    mappings_.note_access(row);
    return true;
}

void DmaVerifier::translation_fault(BusAddress address, bool write, Duration time) {
    add(Check::iommu_fault,
        fmt::format("address translation refused a {} at bus address {:#x}", write ? "write" : "read", address.value),
        started_at_, placed(address), time);
}

void DmaVerifier::device_programmed(BusRange range, const SourceLocation& location) {
    started_at_ = CallSite::of(location);
    const auto what = fmt::format("the device was given {} bytes at {:#x}", range.size(), range.base().value);
    const PhysicalAddress as_physical{range.base().value};
    const LiveMapping* const meant = mappings_.at(as_physical);
    // Where bus and physical addresses are equal the number does not tell which of the two it is, but whom the driver
    // has asked for it does.
    if (asked_.contains(as_physical) || (mappings_.at(range.base()) == nullptr && meant != nullptr)) {
        Place place{.virtual_address = {}, .physical_address = as_physical, .bus_address = {}};
        std::string right = "no bus address leads to";
        if (meant != nullptr) {
            place = placed(LiveMappings::bus(*meant, as_physical));
            right = fmt::format("the bus address {:#x} leads to", place.bus_address->value);
        }
        add(Check::physical_address, fmt::format("{}, a physical address, which {}", what, right), started_at_, place,
            clock_.now());
    }
    if (needs_ && !is_aligned(range.base(), needs_->alignment))
        add(Check::misaligned, fmt::format("{}; it needs multiples of {} bytes", what, needs_->alignment), started_at_,
            placed(range.base()), clock_.now());
}

void DmaVerifier::register_accessed(bool write) {
    if (write) return;
    unpushed_.reset();
    line_taken_ = false;
}

void DmaVerifier::interrupt_taken(bool message) {
    line_taken_ = !message;
    if (message) unpushed_.reset();
}

std::string to_text(const Finding& finding) {
    const CheckInfo& info = info_of(finding.check);
    std::string text = fmt::format("{} {}: {}\n", info.code, info.name, finding.what);
    text += fmt::format("  where  at {}", ghostcard::to_text(finding.time));
    if (!finding.site.file.empty())
        text += fmt::format(", {}:{} ({})", finding.site.file, finding.site.line, finding.site.function);
    const auto [virtual_address, physical_address, bus_address] = finding.place;
    if (virtual_address) text += fmt::format(", virtual {:#x}", virtual_address->value);
    if (physical_address) text += fmt::format(", physical {:#x}", physical_address->value);
    if (bus_address) text += fmt::format(", bus {:#x}", bus_address->value);
    if (finding.times > 1) text += fmt::format(", {} times", finding.times);
    return text + fmt::format("\n  why    {}\n  do     {}\n", info.why, info.remedy);
}

}  // namespace ghostcard::dma
