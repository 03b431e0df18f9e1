// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace ghostcard {

/// An address in one address space. Spaces do not mix: there is no conversion between two of them, and only a DMA
/// adapter (or the hardware that translates) turns one into another.
template <class Space>
struct Address {
    std::uint64_t value = 0;

    friend constexpr auto operator<=>(Address, Address) = default;
    friend constexpr Address operator+(Address address, std::uint64_t bytes) { return {address.value + bytes}; }
    friend constexpr Address operator-(Address address, std::uint64_t bytes) { return {address.value - bytes}; }
    friend constexpr std::uint64_t operator-(Address high, Address low) { return high.value - low.value; }
};

using VirtualAddress = Address<struct VirtualSpace>;    ///< What a pointer of the driver holds.
using PhysicalAddress = Address<struct PhysicalSpace>;  ///< Where the byte lies in host memory.
using BusAddress = Address<struct BusSpace>;            ///< What a device drives on the bus; Windows: logical address.

/// Where the simulated kernel has all of physical memory mapped. Pointers of this process differ from run to run, and
/// serve no report.
constexpr VirtualAddress kernel_address(PhysicalAddress physical) { return {0xffff'8000'0000'0000 + physical.value}; }

/// The unit of address translation and of physical memory allocation on the simulated host.
inline constexpr std::uint64_t page_size = 4096;

constexpr std::uint64_t round_down(std::uint64_t value, std::uint64_t multiple) { return value / multiple * multiple; }
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t multiple) {
    return round_down(value + multiple - 1, multiple);
}
template <class Space>
constexpr bool is_aligned(Address<Space> address, std::uint64_t alignment) {
    return address.value % alignment == 0;
}
template <class Space>
constexpr Address<Space> page_of(Address<Space> address) {
    return {round_down(address.value, page_size)};
}

/// A run of bytes in one address space that is neither empty nor wraps at 2^64.
template <class Space>
class Range {
public:
    /// Nothing for a size of 0 and for a run whose last byte would lie beyond 2^64 - 1.
    static constexpr std::optional<Range> of(Address<Space> base, std::uint64_t size) {
        if (size == 0 || base.value + (size - 1) < base.value) return std::nullopt;
        return Range{base, size};
    }

    constexpr Address<Space> base() const { return base_; }
    constexpr std::uint64_t size() const { return size_; }
    constexpr Address<Space> last() const { return base_ + (size_ - 1); }

    constexpr bool contains(Address<Space> address) const { return address >= base_ && address <= last(); }
    constexpr bool contains(const Range& other) const { return contains(other.base_) && contains(other.last()); }
    constexpr bool overlaps(const Range& other) const { return base_ <= other.last() && other.base_ <= last(); }
    friend constexpr bool operator==(const Range&, const Range&) = default;

private:
    constexpr Range(Address<Space> base, std::uint64_t size) : base_(base), size_(size) {}

    Address<Space> base_;
    std::uint64_t size_;
};

using PhysicalRange = Range<PhysicalSpace>;
using BusRange = Range<BusSpace>;

}  // namespace ghostcard
