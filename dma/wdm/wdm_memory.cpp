// SPDX-License-Identifier: MIT
#define GHOSTCARD_WDM_IMPLEMENTATION
#include "wdm_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <functional>
#include <system_error>

namespace ghostcard::dma {
namespace {

/// Users' buffers appear here, one after the other.
constexpr VirtualAddress user_space{0x0000'0200'0000'0000};
constexpr std::uint64_t user_distance = 1ull << 32;

/// Of a page that is no RAM.
constexpr PhysicalAddress nowhere{~std::uint64_t{0} << PAGE_SHIFT};

const std::byte* bytes_at(const void* pointer) { return static_cast<const std::byte*>(pointer); }

std::uint64_t number(const volatile void* pointer) {
    return std::bit_cast<std::uintptr_t>(const_cast<const void*>(pointer));
}

}  // namespace

WdmMemory::WdmMemory(const HostMemory& memory, PhysicalRange registers) : memory_(memory), registers_(registers) {
    void* const reserved =
        mmap(nullptr, registers.size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "register window");
    window_ = {static_cast<std::byte*>(reserved), registers.size()};
}

WdmMemory::~WdmMemory() { munmap(window_.data(), window_.size()); }

void WdmMemory::add(std::span<const std::byte> bytes, std::vector<PhysicalAddress> pages, VirtualAddress shown) {
    regions_.insert_or_assign(bytes.data(), Region{bytes.size(), std::move(pages), shown});
}

void WdmMemory::add_user(std::span<const std::byte> bytes, std::span<const PhysicalAddress> pages) {
    const VirtualAddress shown = user_space + users_++ * user_distance + number(bytes.data()) % page_size;
    add(bytes, {pages.begin(), pages.end()}, shown);
}

const std::pair<const std::byte* const, WdmMemory::Region>* WdmMemory::region(const void* pointer) const {
    const auto after = regions_.upper_bound(bytes_at(pointer));
    if (after == regions_.begin()) return nullptr;
    const auto found = std::prev(after);
    return number(pointer) - number(found->first) < found->second.length ? &*found : nullptr;
}

std::optional<PhysicalAddress> WdmMemory::physical(const void* pointer) const {
    const auto* const found = region(pointer);
    if (found == nullptr) return std::nullopt;
    const std::uint64_t offset = number(pointer) - round_down(number(found->first), page_size);
    return found->second.pages[offset / page_size] + offset % page_size;
}

WdmMemory::Record& WdmMemory::make(const void* address, std::uint64_t length, PMDL& mdl) {
    const std::uint64_t pages = spanned_pages({number(address)}, length);
    const std::uint64_t size = sizeof(MDL) + pages * sizeof(PFN_NUMBER);
    auto memory = std::make_unique<std::byte[]>(size);
    mdl = new (memory.get()) MDL{};
    mdl->Size = static_cast<CSHORT>(size);
    mdl->StartVa = PAGE_ALIGN(address);
    mdl->ByteOffset = BYTE_OFFSET(address);
    mdl->ByteCount = static_cast<ULONG>(length);
    Record& made = mdls_[mdl];
    made.memory = std::move(memory);
    made.described = {.start = {number(address) % page_size}, .length = length};
    made.described.locked = made.described.system_mapped = false;
    made.described.pages.assign(pages, nowhere);
    return made;
}

PMDL WdmMemory::allocate_mdl(PVOID address, ULONG length) {
    PMDL mdl = nullptr;
    make(address, length, mdl);
    return mdl;
}

void WdmMemory::build_mdl(PMDL mdl) {
    const auto found = mdls_.find(mdl);
    if (found == mdls_.end()) return;
    Mdl& described = found->second.described;
    const auto* const first = bytes_at(MmGetMdlVirtualAddress(mdl));
    if (const auto* const known = region(first))
        described.start = known->second.shown + (number(first) - number(known->first));
    for (std::size_t i = 0; i < described.pages.size(); ++i) {
        const auto* const page = std::max(first, bytes_at(mdl->StartVa) + i * page_size, std::less<>());
        described.pages[i] = page_of(physical(page).value_or(nowhere));
        MmGetMdlPfnArray(mdl)[i] = described.pages[i].value >> PAGE_SHIFT;
    }
    described.locked = described.system_mapped = true;
    mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
    mdl->MappedSystemVa = MmGetMdlVirtualAddress(mdl);
}

void WdmMemory::free_mdl(PMDL mdl) {
    if (const auto found = mdls_.find(mdl); found != mdls_.end()) found->second.freed = true;
}

PMDL WdmMemory::map_mdl(const Mdl& described) {
    PageMapping mapping = memory_.map(described.pages);
    PMDL mdl = nullptr;
    Record& made = make(mapping.bytes().data() + described.start.value % page_size, described.length, mdl);
    made.described = described;
    made.mapping = std::move(mapping);
    mdl->MdlFlags = MDL_MAPPED_TO_SYSTEM_VA | MDL_PAGES_LOCKED;
    mdl->MappedSystemVa = MmGetMdlVirtualAddress(mdl);
    return mdl;
}

const Mdl* WdmMemory::mdl(PMDL mdl) {
    const auto found = mdls_.find(mdl);
    if (found == mdls_.end() || found->second.freed) return nullptr;
    found->second.described.next = mdl->Next == nullptr ? nullptr : this->mdl(mdl->Next);
    return &found->second.described;
}

VirtualAddress WdmMemory::index(PMDL mdl, const Mdl& described, const void* pointer) {
    return {described.start.value + (number(pointer) - number(MmGetMdlVirtualAddress(mdl)))};
}

PVOID WdmMemory::map_registers(PhysicalAddress address, std::uint64_t length) {
    const auto wanted = PhysicalRange::of(address, length);
    if (!wanted || !registers_.contains(*wanted)) return nullptr;
    ++register_mappings_;
    return window_.data() + (address - registers_.base());
}

bool WdmMemory::unmap_registers(const void* address) {
    if (register_mappings_ == 0 || !register_offset(address)) return false;
    --register_mappings_;
    return true;
}

std::optional<std::uint32_t> WdmMemory::register_offset(const volatile void* address) const {
    const std::uint64_t offset = number(address) - number(window_.data());
    if (register_mappings_ == 0 || offset >= window_.size()) return std::nullopt;
    return static_cast<std::uint32_t>(offset);
}

}  // namespace ghostcard::dma
