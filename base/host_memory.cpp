// SPDX-License-Identifier: MIT
#include <ghostcard/base/host_memory.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace ghostcard {
namespace {

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::byte* map_or_throw(void* where, std::uint64_t size, int protection, int flags, int file, std::uint64_t offset) {
    void* const address = mmap(where, size, protection, flags, file, static_cast<off_t>(offset));
    if (address == MAP_FAILED) throw_errno("mapping simulated host memory");
    return static_cast<std::byte*>(address);
}

}  // namespace

PageMapping::PageMapping(PageMapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

PageMapping& PageMapping::operator=(PageMapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

PageMapping::~PageMapping() {
    if (!bytes_.empty()) munmap(bytes_.data() - page_size, bytes_.size() + 2 * page_size);
}

HostMemory::HostMemory(std::uint64_t size, Contents contents) : size_(size), contents_(contents), file_(-1) {
    if (size == 0 || size % page_size != 0) throw std::invalid_argument("host memory must be whole pages");
    file_ = memfd_create("ghostcard-host-memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file_ < 0) throw_errno("creating simulated host memory");
    try {
        if (ftruncate(file_, static_cast<off_t>(size)) != 0) throw_errno("sizing simulated host memory");
        if (fcntl(file_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
            throw_errno("sealing simulated host memory");
        bytes_ = {map_or_throw(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_, 0), size};
    } catch (...) {
        close(file_);
        throw;
    }
}

HostMemory::~HostMemory() {
    munmap(bytes_.data(), bytes_.size());
    close(file_);
}

std::optional<std::uint64_t> HostMemory::file_offset(PhysicalRange range) const {
    const std::uint64_t below_hole = std::min(size_, hole_begin);
    const std::uint64_t first = range.base().value;
    const std::uint64_t last = range.last().value;
    if (last < below_hole) return first;
    if (first >= hole_end && last - hole_end < size_ - below_hole) return first - hole_end + below_hole;
    return std::nullopt;
}

std::uint64_t HostMemory::contiguous_from(PhysicalAddress address) const {
    const std::uint64_t below_hole = std::min(size_, hole_begin);
    if (address.value < below_hole) return below_hole - address.value;
    const std::uint64_t end = hole_end + (size_ - below_hole);
    return address.value >= hole_end && address.value < end ? end - address.value : 0;
}

PhysicalAddress HostMemory::page(std::uint64_t index) const {
    const std::uint64_t offset = index * page_size;
    return {offset < hole_begin ? offset : offset - hole_begin + hole_end};
}

std::optional<std::span<std::byte>> HostMemory::at(PhysicalRange range) const {
    const auto offset = file_offset(range);
    if (!offset) return std::nullopt;
    return bytes_.subspan(*offset, range.size());
}

PageMapping HostMemory::map(std::span<const PhysicalAddress> pages) const {
    if (pages.empty()) throw std::invalid_argument("mapping no page of host memory");
    const std::uint64_t size = pages.size() * page_size;
    std::byte* const reserved =
        map_or_throw(nullptr, size + 2 * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    PageMapping mapping({reserved + page_size, size});
    for (std::size_t i = 0; i < pages.size();) {
        std::size_t run = 1;  // neighbours in RAM become one mapping: the kernel's count of mappings is limited
        while (i + run < pages.size() && pages[i + run] == pages[i] + run * page_size) ++run;
        const auto range = PhysicalRange::of(pages[i], run * page_size);
        const auto offset = range && is_aligned(pages[i], page_size) ? file_offset(*range) : std::nullopt;
        if (!offset) throw std::invalid_argument("mapping pages that are not host memory");
        if (keeps_contents())
            map_or_throw(mapping.bytes().data() + i * page_size, run * page_size, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_FIXED, file_, *offset);
        i += run;
    }
    if (!keeps_contents())
        map_or_throw(mapping.bytes().data(), size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return mapping;
}

}  // namespace ghostcard
