// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// The parts of a register; register_map.h shows how they are put together.
namespace ghostcard {

struct Text {
    std::string_view name;         ///< As in the data sheet, in capitals.
    std::string_view description;  ///< What a driver's author needs to know: one or two sentences, with units.
};

/// What a read and a write from the bus do.
enum class Access {
    read_only,         ///< Set by the device.
    read_write,        ///< Set by the driver.
    write_1_to_clear,  ///< Set by the device; a one written clears the bit, a zero leaves it.
    write_only,        ///< Acted upon and not stored: reads zero.
    self_clearing,     ///< A one written starts something and is not stored: reads zero.
};

/// The data sheet's abbreviation.
constexpr std::string_view name_of(Access access) {
    constexpr std::array<std::string_view, 5> names{"RO", "RW", "W1C", "WO", "SC"};
    return names.at(static_cast<std::size_t>(access));
}

/// One named value of a field.
struct Enumerator {
    std::uint32_t value;
    std::string_view name;
    std::string_view description;

    constexpr Enumerator(std::uint32_t number, std::string_view title, std::string_view meaning)
        : value(number), name(title), description(meaning) {}
    template <class Enum>
    requires std::is_enum_v<Enum>
    constexpr Enumerator(Enum number, std::string_view title, std::string_view meaning)
        : Enumerator(static_cast<std::uint32_t>(number), title, meaning) {}
};

/// Bits High to Low of a register; the base of a struct that adds `text` and, where the values have names, an array
/// `values` of Enumerator. A reset value of an enumeration makes that the type of the field's values.
template <unsigned High, unsigned Low, Access Rule, auto Reset = std::uint32_t{0}>
struct Field {
    static_assert(Low <= High && High <= 31, "a field is given as its highest and its lowest bit, within 31 to 0");
    static_assert(static_cast<std::uint64_t>(Reset) >> (High - Low + 1) == 0, "the reset value does not fit the field");
    static_assert(static_cast<std::uint64_t>(Reset) == 0 ||
                      (Rule != Access::write_only && Rule != Access::self_clearing),
                  "a field that is not stored has no reset value");

    using type = std::conditional_t<std::is_enum_v<decltype(Reset)>, decltype(Reset), std::uint32_t>;

    static constexpr unsigned high = High;
    static constexpr unsigned low = Low;
    static constexpr Access access = Rule;
    static constexpr std::uint32_t reset = static_cast<std::uint32_t>(Reset);                   ///< Not shifted.
    static constexpr std::uint32_t mask = (0xffffffffu >> (31 - High)) & (0xffffffffu << Low);  ///< Its bits.
    static constexpr std::array<Enumerator, 0> values{};
};

template <unsigned Position, Access Rule, auto Reset = std::uint32_t{0}>
using Bit = Field<Position, Position, Rule, Reset>;

/// The bits of a register by what may be done with them.
struct AccessMasks {
    std::uint32_t read_only = 0;
    std::uint32_t read_write = 0;
    std::uint32_t write_1_to_clear = 0;
    std::uint32_t write_only = 0;
    std::uint32_t self_clearing = 0;

    /// The bits that hold a value; all others read zero.
    constexpr std::uint32_t stored() const { return read_only | read_write | write_1_to_clear; }

    /// The content after a write from the bus of those bits of `word` that `byte_mask` covers.
    constexpr std::uint32_t after_write(std::uint32_t content, std::uint32_t word, std::uint32_t byte_mask) const {
        const std::uint32_t taken = read_write & byte_mask;
        const std::uint32_t cleared = write_1_to_clear & byte_mask & word;
        return ((content & stored() & ~taken) | (word & taken)) & ~cleared;
    }
};

}  // namespace ghostcard
