// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/dma/adapter/adapter_object.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace ghostcard::dma {
namespace {

constexpr std::uint64_t no_address = ~std::uint64_t{0};  // as Linux's DMA_MAPPING_ERROR

/// Common buffers of a bus master do not cross a multiple of 4 GiB (ReactOS, HalAllocateCommonBuffer).
constexpr std::uint64_t common_buffer_boundary = 1ull << 32;

std::uint64_t registers_promised(const AdapterHost& host, const DeviceDescription& description) {
    std::uint64_t registers = wanted_map_registers(description);
    if (host.map_register_limit) registers = std::min(registers, *host.map_register_limit);
    if (host.pool.capacity()) registers = std::min(registers, *host.pool.capacity());
    return registers;
}

/// What the guard of a common buffer that was damaged first stands for: the eight bytes beside the buffer's pages are
/// where Driver Verifier keeps its tag "DmaVrfy0", the rest is its padding.
Check check_of(const GuardDamage& damage) {
    constexpr std::int64_t tag = 8;
    if (damage.offset < 0) return damage.offset >= -tag ? Check::tag_before_changed : Check::padding_before_changed;
    const auto pages_end = static_cast<std::int64_t>(round_up(damage.length, page_size));
    const bool in_tag = damage.offset >= pages_end && damage.offset < pages_end + tag;
    return in_tag ? Check::tag_after_changed : Check::padding_after_changed;
}

}  // namespace

AdapterObject::AdapterObject(const AdapterHost& host, const DeviceDescription& description, Location location)
    : host_(host),
      description_(description),
      asked_at_(location),
      pool_(host.pool),
      mapper_(host.memory, host.translation, address_bits(description), host.policy),
      common_buffers_(host.memory, host.allocator, host.translation),
      number_of_map_registers_(registers_promised(host, description)),
      needs_registers_(mapper_.may_need_registers(description.scatter_gather)) {}

AdapterObject::~AdapterObject() {
    (void)pool_.cancel(this);
    for (const auto& [base, grant] : books_.grants) {
        for (const MappedPiece& piece : grant.pieces) mapper_.unmap(piece, 0, true);
        pool_.give_back(grant.registers);
    }
    for (const auto& [id, list] : books_.lists) {
        for (const MappedPiece& piece : list.pieces) mapper_.unmap(piece, 0, true);
        pool_.give_back(list.registers);
    }
    for (const auto& [bus, bytes] : books_.mdl_buffers) host_.translation.unmap(*BusRange::of(bus, bytes));
}

void AdapterObject::report(Check check, std::string what, const Location& location, const Place& place) const {
    if (host_.verifier != nullptr) host_.verifier->report(check, std::move(what), location, place);
}

bool AdapterObject::usable(std::string_view routine, const Location& location) const {
    if (put_) report(Check::adapter_released, fmt::format("{} on an adapter that was put", routine), location);
    return !put_;
}

bool AdapterObject::in_dispatch(std::string_view routine, const Location& location) const {
    if (host_.verifier != nullptr) host_.verifier->expect_irql(Irql::dispatch, routine, location);
    return usable(routine, location);
}

std::uint32_t AdapterObject::dma_alignment(Location location) {
    if (host_.verifier != nullptr) host_.verifier->expect_irql(Irql::passive, "GetDmaAlignment", location);
    return usable("GetDmaAlignment", location) && host_.device_needs
               ? static_cast<std::uint32_t>(host_.device_needs->alignment)
               : 1;
}

std::optional<CommonBuffer> AdapterObject::allocate_common_buffer(std::uint64_t length,
                                                                  std::optional<BusAddress> highest,
                                                                  Location location) {
    if (host_.verifier != nullptr) host_.verifier->expect_irql(Irql::passive, "AllocateCommonBuffer", location);
    if (!usable("AllocateCommonBuffer", location) || (highest && operations_version() < 3)) return std::nullopt;
    if (length == 0 || spanned_pages({}, length) > number_of_map_registers_) return std::nullopt;
    const unsigned limit_bits = highest ? static_cast<unsigned>(std::bit_width(highest->value + 1)) - 1 : 64;
    DmaConstraints constraints{.alignment = page_size, .boundary = 0};
    constraints.address_bits = std::min(address_bits(description_), limit_bits);
    if (constraints.address_bits > 32 && length <= common_buffer_boundary)
        constraints.boundary = common_buffer_boundary;
    CommonBuffer buffer;
    if (!constraints.valid() || common_buffers_.allocate_common_buffer(length, constraints, buffer) != DmaError::none)
        return std::nullopt;
    books_.buffers.emplace(buffer.bus_address, buffer);
    books_.freed_buffers.erase(buffer.bus_address);
    const PhysicalAddress first = *physical_address(buffer.bytes.data());
    if (host_.verifier != nullptr)
        host_.verifier->mapped({*BusRange::of(buffer.bus_address, length),
                                MappingKind::common_buffer,
                                DmaDirection::both,
                                {*PhysicalRange::of(first, length)},
                                kernel_address(first)},
                               location);
    return buffer;
}

void AdapterObject::free_common_buffer(std::uint64_t length, BusAddress bus_address, const std::byte* bytes,
                                       Location location) {
    if (host_.verifier != nullptr) host_.verifier->expect_irql(Irql::passive, "FreeCommonBuffer", location);
    if (!usable("FreeCommonBuffer", location)) return;
    const Place place{{}, physical_address(bytes), bus_address};
    const auto refuse = [&](Check check, std::string_view why) {
        report(check,
               fmt::format("FreeCommonBuffer of {} bytes at bus address {:#x}: {}", length, bus_address.value, why),
               location, place);
    };
    const auto found = books_.buffers.find(bus_address);
    if (found == books_.buffers.end()) {
        const bool mapped = host_.verifier != nullptr && host_.verifier->mappings().at(bus_address) != nullptr;
        if (bus_address.value == 0 || bus_address.value == no_address)
            return refuse(Check::invalid_address_freed, "no allocation has that address");
        if (books_.freed_buffers.contains(bus_address))
            return refuse(Check::common_buffer_freed_twice, "it was freed before");
        if (mapped) return refuse(Check::wrong_function, "the address belongs to another kind of mapping");
        return refuse(Check::never_allocated, "it was never allocated");
    }
    const CommonBuffer buffer = found->second;
    if (buffer.bytes.data() != bytes) return refuse(Check::pointer_differs, "it has another virtual address");
    if (buffer.bytes.size() != length)
        return refuse(Check::size_differs, fmt::format("it has {} bytes", buffer.bytes.size()));
    report_damage(buffer, location);
    (void)common_buffers_.free_common_buffer(buffer);
    books_.buffers.erase(found);
    books_.freed_buffers.insert(bus_address);
    if (host_.verifier != nullptr) host_.verifier->unmapped(*BusRange::of(bus_address, length));
}

void AdapterObject::report_damage(const CommonBuffer& buffer, const Location& location) const {
    for (const GuardDamage& damage : common_buffers_.damage_of(buffer))
        report(check_of(damage),
               fmt::format("byte {} of a common buffer of {} bytes was written", damage.offset, damage.length),
               location, {{}, {}, BusAddress{damage.buffer.value + static_cast<std::uint64_t>(damage.offset)}});
}

void AdapterObject::report_damaged_registers(const Location& location) const {
    if (const auto damaged = pool_.damaged_register())
        report(Check::free_map_register_changed, "a byte of a free map register was written", location,
               {{}, *damaged, {}});
}

NtStatus AdapterObject::create_common_buffer_from_mdl(const Mdl& mdl, BusAddress& bus_address, Location location) {
    if (host_.verifier != nullptr) host_.verifier->expect_irql(Irql::passive, "CreateCommonBufferFromMdl", location);
    if (!usable("CreateCommonBufferFromMdl", location)) return NtStatus::unsuccessful;
    if (operations_version() < 3) return NtStatus::not_supported;
    if (mdl.length == 0 || mdl.length % page_size != 0 || mdl.start.value % page_size != 0 || mdl.next != nullptr ||
        !mdl.locked || !mdl.system_mapped)
        return NtStatus::invalid_parameter;
    const auto bus = host_.translation.map_pages(
        mdl.pages, DmaDirection::both,
        {.alignment = page_size, .boundary = 0, .address_bits = address_bits(description_)});
    if (!bus) return NtStatus::insufficient_resources;
    bus_address = *bus;
    books_.mdl_buffers.emplace(*bus, mdl.length);
    if (host_.verifier != nullptr)
        host_.verifier->mapped({*BusRange::of(*bus, mdl.length), MappingKind::common_buffer, DmaDirection::both,
                                mdl.runs(mdl.start, mdl.length), mdl.start},
                               location);
    return NtStatus::success;
}

void AdapterObject::free_common_buffer_from_mdl(BusAddress bus_address, Location location) {
    if (!usable("FreeCommonBufferFromMdl", location)) return;
    const auto found = books_.mdl_buffers.find(bus_address);
    if (found == books_.mdl_buffers.end())
        return report(Check::common_buffer_freed_twice,
                      fmt::format("no common buffer was made from an MDL at bus address {:#x}", bus_address.value),
                      location, {{}, {}, bus_address});
    const BusRange range = *BusRange::of(bus_address, found->second);
    host_.translation.unmap(range);
    books_.mdl_buffers.erase(found);
    if (host_.verifier != nullptr) host_.verifier->unmapped(range);
}

void AdapterObject::put(Location location) {
    if (host_.verifier != nullptr) host_.verifier->expect_irql_up_to(Irql::dispatch, "PutDmaAdapter", location);
    if (!usable("PutDmaAdapter", location)) return;
    put_ = true;
    for (const auto& [bus, buffer] : books_.buffers) report_damage(buffer, location);
    report_damaged_registers(location);
    const auto left = [&](Check check, std::size_t count, std::string_view what) {
        if (count > 0) report(check, fmt::format("{} {} left", count, what), location);
    };
    left(Check::put_with_common_buffers, books_.buffers.size() + books_.mdl_buffers.size(), "common buffers");
    left(Check::put_with_channels, books_.asking.size() + (books_.kept_channel ? 1 : 0), "requests or channels");
    const bool only_kept = books_.kept_channel && books_.grants.size() == 1;
    left(Check::put_with_map_registers, only_kept ? 0 : books_.grants.size(), "grants of map registers");
    left(Check::put_with_lists, books_.lists.size(), "scatter/gather lists");
}

}  // namespace ghostcard::dma
