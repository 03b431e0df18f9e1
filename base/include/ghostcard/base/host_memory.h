// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ghostcard {

/// Pages of host memory mapped side by side: one run of virtual addresses over any list of physical pages, with an
/// inaccessible guard page on either side. Unmapped when it goes.
class PageMapping {
public:
    PageMapping() = default;
    PageMapping(PageMapping&& other) noexcept;
    PageMapping& operator=(PageMapping&& other) noexcept;
    ~PageMapping();

    /// Whole pages, in the order in which they were given.
    std::span<std::byte> bytes() const { return bytes_; }

private:
    friend class HostMemory;
    explicit PageMapping(std::span<std::byte> bytes) : bytes_(bytes) {}

    std::span<std::byte> bytes_;
};

/// Whether memory holds what is written to it. Where only time matters, whoever moves large amounts may leave it.
enum class Contents { kept, dropped };

/// The RAM of the simulated host: one anonymous memory file, sealed against resizing. Physical addresses start at 0;
/// what does not fit below the PCI hole continues at 4 GiB, as on a PC. Pages that nobody has written cost nothing.
class HostMemory {
public:
    static constexpr std::uint64_t hole_begin = 3ull << 30;  ///< RAM stops here...
    static constexpr std::uint64_t hole_end = 4ull << 30;    ///< ...and goes on here.

    /// Size in bytes, a positive multiple of the page size. Throws std::system_error if the host refuses.
    explicit HostMemory(std::uint64_t size, Contents contents = Contents::kept);
    ~HostMemory();
    HostMemory(const HostMemory&) = delete;
    HostMemory& operator=(const HostMemory&) = delete;

    std::uint64_t size() const { return size_; }
    bool keeps_contents() const { return contents_ == Contents::kept; }
    std::uint64_t pages() const { return size_ / page_size; }
    int file() const { return file_; }

    /// Where in the memory file the range lies; nothing unless all of it is RAM without a hole between.
    std::optional<std::uint64_t> file_offset(PhysicalRange range) const;
    /// Bytes of RAM without a hole from there on; 0 if there is none at that address.
    std::uint64_t contiguous_from(PhysicalAddress address) const;
    /// The address of page `index` of the memory file; index < pages().
    PhysicalAddress page(std::uint64_t index) const;

    /// The device's view: the bytes themselves, or nothing unless all of the range is RAM.
    std::optional<std::span<std::byte>> at(PhysicalRange range) const;

    /// The CPU's view: these page-aligned pages of RAM, at least one, virtually side by side; where contents are
    /// dropped it is other memory. Throws std::system_error if the host refuses.
    PageMapping map(std::span<const PhysicalAddress> pages) const;

private:
    std::uint64_t size_;
    Contents contents_;
    int file_;
    std::span<std::byte> bytes_;
};

}  // namespace ghostcard
