// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_map.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ghostcard {

/// A field as data, for code that handles any register.
struct FieldInfo {
    std::string_view name;
    std::string_view description;
    unsigned high;
    unsigned low;
    Access access;
    std::uint32_t reset;                 ///< Not shifted.
    std::span<const Enumerator> values;  ///< Empty unless the values have names.

    constexpr unsigned width() const { return high - low + 1; }
    constexpr std::uint32_t mask() const { return (0xffffffffu >> (31 - high)) & (0xffffffffu << low); }
};

/// A register as data.
struct RegisterInfo {
    std::string_view name;
    std::string_view description;
    std::uint32_t offset;  ///< Bytes, a multiple of 4.
    std::uint32_t reset;
    std::span<const FieldInfo> fields;  ///< As declared.
    AccessMasks masks;
};

/// The registers of one window as data, by ascending offset. Refers to constants that live as long as the program.
class RegisterTable {
public:
    constexpr RegisterTable(Text text, std::uint32_t extent, std::span<const RegisterInfo> registers)
        : text_(text), extent_(extent), registers_(registers) {}

    constexpr Text text() const { return text_; }
    /// The bytes that the window covers, holes included.
    constexpr std::uint32_t extent() const { return extent_; }

    constexpr auto begin() const { return registers_.begin(); }
    constexpr auto end() const { return registers_.end(); }
    constexpr std::size_t size() const { return registers_.size(); }

    /// Null if there is none.
    constexpr const RegisterInfo* find(std::uint32_t offset) const {
        const auto found = std::lower_bound(begin(), end(), offset,
                                            [](const RegisterInfo& info, std::uint32_t o) { return info.offset < o; });
        return found != end() && found->offset == offset ? &*found : nullptr;
    }
    constexpr const RegisterInfo* find(std::string_view name) const {
        const auto found = std::find_if(begin(), end(), [&](const RegisterInfo& info) { return info.name == name; });
        return found != end() ? &*found : nullptr;
    }

private:
    Text text_;
    std::uint32_t extent_;
    std::span<const RegisterInfo> registers_;
};

namespace detail {

template <class... Members>
constexpr std::array<FieldInfo, sizeof...(Members)> field_infos(Fields<Members...>) {
    return {FieldInfo{Members::text.name, Members::text.description, Members::high, Members::low, Members::access,
                      Members::reset, Members::values}...};
}
template <class Register>
inline constexpr auto fields_of = field_infos(typename Register::fields{});

template <class... Registers>
constexpr std::array<RegisterInfo, sizeof...(Registers)> register_infos(Map<Registers...>) {
    return {RegisterInfo{Registers::text.name, Registers::text.description, Registers::offset, Registers::fields::reset,
                         fields_of<Registers>, Registers::fields::masks}...};
}
template <class RegisterMap>
inline constexpr auto registers_of = register_infos(RegisterMap{});

}  // namespace detail

/// The table of a Map, made at compile time.
template <class RegisterMap>
constexpr RegisterTable table_of() {
    constexpr auto& registers = detail::registers_of<RegisterMap>;
    static_assert(registers.empty() || registers.back().offset < RegisterMap::extent,
                  "a register lies beyond the extent");
    return {RegisterMap::text, RegisterMap::extent, registers};
}

}  // namespace ghostcard
