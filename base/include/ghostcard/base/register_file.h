// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_table.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ghostcard {

/// The registers of a device. The bus side (read, write) keeps the access rules; the device's own side (get, set) does
/// not, but bits that no field stores stay zero from there, too. What a write starts, or a read latches, is the
/// device's business. Offsets are in bytes and multiples of 4.
class RegisterFile {
public:
    /// All registers have their reset values.
    explicit RegisterFile(RegisterTable table) {
        if (table.size() > 0) slots_.resize((table.end() - 1)->offset / 4 + 1);
        for (const RegisterInfo& info : table) slots_[info.offset / 4] = {info.reset, info.reset, info.masks};
    }

    /// 0 where there is no register.
    std::uint32_t read(std::uint32_t offset) const {
        const std::size_t index = offset / 4;
        return index < slots_.size() ? slots_[index].content : 0;
    }
    /// byte_mask has ones in the bytes whose byte enable is active. Lost where there is no register.
    void write(std::uint32_t offset, std::uint32_t value, std::uint32_t byte_mask = 0xffffffffu) {
        const std::size_t index = offset / 4;
        if (index >= slots_.size()) return;
        Slot& slot = slots_[index];
        slot.content = slot.masks.after_write(slot.content, value, byte_mask);
    }

    template <class Register>
    Value<Register> get() const {
        return Value<Register>{slots_.at(Register::offset / 4).content};
    }
    template <class Register>
    void set(Value<Register> value) {
        set_raw(Register::offset, value.raw());
    }
    /// Throws std::out_of_range beyond the last register, as do all functions of the device's side.
    void set_raw(std::uint32_t offset, std::uint32_t value) {
        Slot& slot = slots_.at(offset / 4);
        slot.content = value & slot.masks.stored();
    }

    void reset() {
        for (Slot& slot : slots_) slot.content = slot.reset;
    }
    /// For registers that tell how the device is built: gives one this value now and at every reset.
    void override_reset(std::uint32_t offset, std::uint32_t value) {
        set_raw(offset, value);
        slots_[offset / 4].reset = slots_[offset / 4].content;
    }
    template <class Register>
    void override_reset(Value<Register> value) {
        override_reset(Register::offset, value.raw());
    }

private:
    struct Slot {
        std::uint32_t content = 0;
        std::uint32_t reset = 0;
        AccessMasks masks;  ///< None for a hole.
    };

    std::vector<Slot> slots_;
};

}  // namespace ghostcard
