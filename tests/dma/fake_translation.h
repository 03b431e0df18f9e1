// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/translation.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::test {

/// A small working translation that keeps books. With a constant: bus = physical + constant, for every address at any
/// time. Without: page tables that place each range far from its physical address and from the range before it.
class FakeTranslation final : public Translation {
public:
    explicit FakeTranslation(std::optional<std::uint64_t> constant = std::nullopt) : constant_(constant) {}

    /// The n-th call of map() from now fails (1 is the next); 0 for none.
    void fail_map(unsigned n) { failing_ = n; }
    /// From now on map() ignores the constraints.
    void ignore_constraints() { careless_ = true; }
    /// Ranges mapped and not unmapped.
    std::size_t mapped() const { return live_.size(); }
    bool unmapped_what_was_not_mapped() const { return wrong_unmap_; }

    std::optional<std::uint64_t> constant_offset() const override { return constant_; }

    std::optional<BusAddress> map(PhysicalRange pages, DmaDirection, const DmaConstraints& constraints) override {
        if (failing_ != 0 && --failing_ == 0) return std::nullopt;
        const auto range = constant_ ? BusRange::of({pages.base().value + *constant_}, pages.size())
                                     : placed(pages.size(), constraints);
        if (!range || (!careless_ && !constraints.allow(*range))) return std::nullopt;
        live_.emplace(range->base().value, pages_of(pages));
        return range->base();
    }

    std::optional<BusAddress> map_pages(std::span<const PhysicalAddress> pages, DmaDirection direction,
                                        const DmaConstraints& constraints) override {
        if (constant_) return Translation::map_pages(pages, direction, constraints);
        if (failing_ != 0 && --failing_ == 0) return std::nullopt;
        const auto range = placed(pages.size() * page_size, constraints);
        if (!range || !constraints.allow(*range)) return std::nullopt;
        live_.emplace(range->base().value, Pages(pages.begin(), pages.end()));
        return range->base();
    }

    void unmap(BusRange range) override {
        auto [found, end] = live_.equal_range(range.base().value);
        while (found != end && found->second.size() * page_size != range.size()) ++found;
        if (found == end)
            wrong_unmap_ = true;
        else
            live_.erase(found);
    }

    /// Where an access of the device ends up; nothing if no target answers.
    std::optional<PhysicalAddress> to_physical(BusAddress address) const {
        if (constant_) return PhysicalAddress{address.value - *constant_};
        const auto after = live_.upper_bound(address.value);
        if (after == live_.begin()) return std::nullopt;
        const auto& [base, pages] = *std::prev(after);
        const std::uint64_t offset = address.value - base;
        if (offset >= pages.size() * page_size) return std::nullopt;
        return pages[offset / page_size] + offset % page_size;
    }

private:
    using Pages = std::vector<PhysicalAddress>;

    static Pages pages_of(PhysicalRange range) {
        Pages pages;
        for (std::uint64_t at = 0; at < range.size(); at += page_size) pages.push_back(range.base() + at);
        return pages;
    }
    std::optional<BusRange> placed(std::uint64_t size, const DmaConstraints& constraints) {
        if (careless_) return BusRange::of({next_ += page_size}, size);
        const std::uint64_t step = std::max({constraints.alignment, constraints.boundary, page_size});
        next_ = round_up(next_ + 7 * page_size, step);
        const auto range = BusRange::of({next_}, size);
        next_ += size;
        return range;
    }

    std::optional<std::uint64_t> constant_;
    std::multimap<std::uint64_t, Pages> live_;  ///< By bus address.
    std::uint64_t next_ = 0x7ff0'0000;
    unsigned failing_ = 0;
    bool careless_ = false;
    bool wrong_unmap_ = false;
};

}  // namespace ghostcard::test
