// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_field.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>

/// The language in which registers are declared, once for the device, the driver, the data sheet and C:
///
///     struct InterruptStatus {
///         static constexpr std::uint32_t offset = 0x04;
///         static constexpr Text text{"IRQ_STATUS", "Latched interrupt causes."};
///         struct FrameDone : Bit<0, Access::write_1_to_clear> {
///             static constexpr Text text{"FRAME_DONE", "A frame is complete."};
///         };
///         using fields = Fields<FrameDone>;
///     };
///     using Registers = Map<Control, InterruptStatus>;
///
///     status_ = status_.after_write(word);                             // the device, on a write from the bus
///     if (status.get<InterruptStatus::FrameDone>()) ...                // the driver
///     Registers::for_each([](auto r) { print(r.offset, r.text); });
///
/// Registers have 32 bits. Bits that no field covers are reserved: they read zero and ignore writes.
namespace ghostcard {

/// The fields of a register, in any order.
template <class... Members>
struct Fields {
    static_assert(std::popcount((Members::mask | ... | 0u)) == (std::popcount(Members::mask) + ... + 0),
                  "two fields of a register overlap");
    static_assert((!Members::text.name.empty() && ...), "a field has no name");

    static constexpr std::size_t count = sizeof...(Members);
    static constexpr std::uint32_t reset = ((Members::reset << Members::low) | ... | 0u);

    template <class Member>
    static constexpr bool contains = (std::is_same_v<Member, Members> || ...);

    /// The bits with one kind of access.
    static constexpr std::uint32_t mask_of(Access access) {
        return ((Members::access == access ? Members::mask : 0u) | ... | 0u);
    }
    static constexpr AccessMasks masks{mask_of(Access::read_only), mask_of(Access::read_write),
                                       mask_of(Access::write_1_to_clear), mask_of(Access::write_only),
                                       mask_of(Access::self_clearing)};
};

template <class F, class Register>
concept FieldOf = Register::fields::template contains<F>;

/// The content of one register.
template <class Register>
class Value {
    static_assert(!Register::text.name.empty(), "a register has no name");

public:
    constexpr Value() = default;
    /// As read from the device; reserved bits are kept as they are.
    explicit constexpr Value(std::uint32_t raw) : raw_(raw) {}

    static constexpr Value reset() { return Value{Register::fields::reset}; }

    constexpr std::uint32_t raw() const { return raw_; }

    template <class F>
    constexpr typename F::type get() const {
        static_assert(FieldOf<F, Register>, "this field belongs to another register");
        return static_cast<typename F::type>((raw_ & F::mask) >> F::low);
    }
    /// The same content with another value in one field. Throws std::out_of_range if the field cannot hold it.
    template <class F>
    constexpr Value with(typename F::type value) const {
        static_assert(FieldOf<F, Register>, "this field belongs to another register");
        const auto bits = static_cast<std::uint32_t>(value);
        if (bits > F::mask >> F::low) throw std::out_of_range("value too large for a register field");
        return Value{(raw_ & ~F::mask) | (bits << F::low)};
    }

    /// The content after a write from the bus; byte_mask has ones in the bytes whose byte enable is active.
    constexpr Value after_write(std::uint32_t word, std::uint32_t byte_mask = 0xffffffffu) const {
        return Value{Register::fields::masks.after_write(raw_, word, byte_mask)};
    }

    friend constexpr bool operator==(Value, Value) = default;

private:
    std::uint32_t raw_ = 0;
};

namespace detail {

template <std::size_t Count>
constexpr bool ascending(const std::array<std::uint32_t, Count>& offsets) {
    for (std::size_t i = 1; i < Count; ++i)
        if (offsets[i] <= offsets[i - 1]) return false;
    return true;
}

}  // namespace detail

/// The registers of one window, by ascending offset. A struct that derives from it can give the window a name and the
/// number of bytes it covers.
template <class... Registers>
struct Map {
    static constexpr std::size_t count = sizeof...(Registers);
    static constexpr std::array<std::uint32_t, count> offsets{Registers::offset...};

    static_assert(((Registers::offset % 4 == 0) && ...), "the offset of a register is no multiple of 4");
    static_assert(detail::ascending(offsets), "two registers share an offset, or are not listed by ascending offset");
    static_assert(((Registers::fields::count > 0) && ...), "a register has no field");

    static constexpr Text text{"REGISTERS", ""};
    static constexpr std::uint32_t extent = count == 0 ? 0 : offsets[count - 1] + 4;  ///< Bytes.

    template <class Register>
    static constexpr bool contains = (std::is_same_v<Register, Registers> || ...);

    /// Calls function(Register{}) for each register.
    template <class Function>
    static constexpr void for_each(Function&& function) {
        (function(Registers{}), ...);
    }
};

}  // namespace ghostcard
