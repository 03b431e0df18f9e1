// SPDX-License-Identifier: MIT
#include <ghostcard/dma/adapter/mdl.h>

#include <algorithm>
#include <bit>

namespace ghostcard::dma {
namespace {

VirtualAddress virtual_address(const std::byte* pointer) { return {std::bit_cast<std::uintptr_t>(pointer)}; }

}  // namespace

Mdl Mdl::of(const FrameBuffer& buffer) {
    return {.start = virtual_address(buffer.bytes().data()),
            .length = buffer.bytes().size(),
            .pages = {buffer.pages().begin(), buffer.pages().end()}};
}

Mdl Mdl::of(std::span<const std::byte> bytes, PhysicalAddress first) {
    Mdl mdl{.start = virtual_address(bytes.data()), .length = bytes.size(), .pages = {}};
    const std::uint64_t count = spanned_pages(mdl.start, mdl.length);
    for (std::uint64_t i = 0; i < count; ++i) mdl.pages.push_back(page_of(first) + i * page_size);
    return mdl;
}

PhysicalAddress Mdl::physical(VirtualAddress address) const {
    const std::uint64_t offset = address - page_of(start);
    return pages[offset / page_size] + offset % page_size;
}

std::vector<PhysicalRange> Mdl::runs(VirtualAddress address, std::uint64_t bytes) const {
    std::vector<PhysicalRange> found;
    for (std::uint64_t done = 0; done < bytes;) {
        const PhysicalAddress at = physical(address + done);
        const std::uint64_t in_page = std::min(page_size - at.value % page_size, bytes - done);
        if (!found.empty() && found.back().base() + found.back().size() == at)
            found.back() = *PhysicalRange::of(found.back().base(), found.back().size() + in_page);
        else
            found.push_back(*PhysicalRange::of(at, in_page));
        done += in_page;
    }
    return found;
}

}  // namespace ghostcard::dma
