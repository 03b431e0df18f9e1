// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stack/adapter_port.h>
#include <ghostcard/dma/stream/mappings.h>

#include <algorithm>
#include <cstring>
#include <functional>

namespace ghostcard::dma {
namespace {

/// Buffers of users lie here for the verifier's findings: pointers of this process differ from run to run.
constexpr VirtualAddress user_space{0x0000'0200'0000'0000};
constexpr std::uint64_t user_distance = 1ull << 32;

}  // namespace

AdapterPort::~AdapterPort() { close(); }

AdapterObject* AdapterPort::adapter(SourceLocation location) {
    if (!asked_) adapter_ = source_(location);
    asked_ = true;
    return adapter_;
}

void AdapterPort::close(SourceLocation location) {
    if (adapter_ != nullptr) adapter_->put(location);
    adapter_ = nullptr;
    copies_charged_ = 0;
    asked_ = false;
}

void AdapterPort::add_buffer(const FrameBuffer& buffer) {
    Mdl mdl = Mdl::of(buffer);
    mdl.start = user_space + buffers_.size() * user_distance + mdl.start.value % page_size;
    buffers_.emplace(buffer.bytes().data(), std::move(mdl));
}

DmaError AdapterPort::allocate_common_buffer(std::uint64_t length, const DmaConstraints& constraints,
                                             CommonBuffer& buffer, SourceLocation location) {
    if (length == 0 || !constraints.valid() || (constraints.boundary != 0 && length > constraints.boundary))
        return DmaError::invalid_request;
    if (adapter(location) == nullptr) return DmaError::no_adapter;
    // Above a page, alignment has to be made by hand (KMDF, fxcommonbuffer), as has a boundary that is within reach.
    const std::uint64_t step = std::max(constraints.alignment, constraints.boundary);
    const std::uint64_t room = step > page_size ? step : 0;
    const auto whole = adapter_->allocate_common_buffer(length + room, std::nullopt, location);
    if (!whole) return DmaError::out_of_memory;
    BusAddress first{round_up(whole->bus_address.value, constraints.alignment)};
    if (room != 0 && constraints.boundary != 0 &&
        first.value / constraints.boundary != (first.value + length - 1) / constraints.boundary)
        first = {round_up(first.value, step)};
    const std::uint64_t offset = first - whole->bus_address;
    Allocation allocation{*whole, {whole->bytes.subspan(offset, length), first}, {}, offset};
    if (settings_.service) allocation.child.resize(length);
    Allocation& kept = allocations_.insert_or_assign(first, std::move(allocation)).first->second;
    if (settings_.service) kept.given.bytes = kept.child;
    buffer = kept.given;
    return DmaError::none;
}

DmaError AdapterPort::free_common_buffer(const CommonBuffer& buffer, SourceLocation location) {
    const auto found = allocations_.find(buffer.bus_address);
    if (found == allocations_.end() || found->second.given.bytes.data() != buffer.bytes.data() ||
        found->second.given.bytes.size() != buffer.bytes.size())
        return DmaError::unknown_buffer;
    const CommonBuffer& whole = found->second.whole;
    adapter_->free_common_buffer(whole.bytes.size(), whole.bus_address, whole.bytes.data(), location);
    allocations_.erase(found);
    return DmaError::none;
}

void AdapterPort::sync_for_cpu(BusRange range, SourceLocation location) {
    if (verifier_ != nullptr) verifier_->buffer_read(range, location);
    if (!settings_.service) return;
    for (auto& [bus, allocation] : allocations_) {
        if (!BusRange::of(bus, allocation.given.bytes.size())->contains(range)) continue;
        const std::uint64_t at = range.base() - bus;
        std::memcpy(allocation.child.data() + at, allocation.whole.bytes.data() + allocation.offset + at, range.size());
        bytes_copied_ += range.size();
        clock_.charge_copy(range.size());
    }
}

void AdapterPort::charge_copies() {
    const std::uint64_t copied = adapter_->bytes_copied() - copies_charged_;
    copies_charged_ += copied;
    bytes_copied_ += copied;
    if (copied > 0) clock_.charge_copy(copied);
}

DmaError AdapterPort::map(std::span<std::byte> bytes, bool one_run, std::vector<BusRange>& runs,
                          SourceLocation location) {
    if (adapter(location) == nullptr) return DmaError::no_adapter;
    const auto buffer = buffers_.find(bytes.data());
    if (buffer == buffers_.end() || bytes.empty() || bytes.size() > buffer->second.length ||
        lists_.contains(bytes.data()) || one_run == adapter_->description().scatter_gather)
        return DmaError::invalid_request;
    const Mdl& mdl = buffer->second;
    NtStatus status{};
    std::optional<ScatterGatherList> list;
    {
        const IrqlState::Raised raised(irql_, Irql::dispatch);
        status = adapter_->get_scatter_gather_list(
            this, mdl, mdl.start, bytes.size(), [&list](const ScatterGatherList& made) { list = made; }, false, false,
            location);
    }
    if (status != NtStatus::success || !list) return DmaError::no_map_registers;
    lists_.emplace(bytes.data(), *list);
    for (const Mapping& mapping : mappings_of(list->elements, settings_.max_mapping_bytes))
        runs.push_back(*BusRange::of(mapping.address, mapping.bytes));
    return DmaError::none;
}

DmaError AdapterPort::unmap(std::span<std::byte> bytes, SourceLocation location) {
    const auto list = lists_.find(bytes.data());
    if (list == lists_.end()) return DmaError::unknown_buffer;
    {
        const IrqlState::Raised raised(irql_, Irql::dispatch);
        adapter_->put_scatter_gather_list(list->second, false, location);
    }
    lists_.erase(list);
    charge_copies();
    return DmaError::none;
}

std::optional<PhysicalAddress> AdapterPort::physical_address(const std::byte* pointer) const {
    const std::less<> below;
    for (const auto& [bus, allocation] : allocations_) {
        const auto bytes = allocation.whole.bytes;
        if (below(pointer, bytes.data()) || !below(pointer, bytes.data() + bytes.size())) continue;
        const auto physical = adapter_->physical_address(pointer);
        if (physical && verifier_ != nullptr) verifier_->physical_address_asked(*physical);
        return physical;
    }
    return std::nullopt;
}

}  // namespace ghostcard::dma
