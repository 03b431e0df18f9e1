// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_access.h>
#include <ghostcard/base/register_table.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace ghostcard {

/// A window of 32-bit registers for accesses of any place and size, as a bus makes them with byte enables: those bytes
/// of a register that are not written are given what leaves them as they are.
class ByteWindow {
public:
    /// tables: what the window's registers are, each in one of them; what is in none is read and written back.
    ByteWindow(RegisterAccess& registers, std::vector<RegisterTable> tables)
        : registers_(registers), tables_(std::move(tables)) {}

    void read(std::uint64_t offset, std::span<std::byte> data);
    void write(std::uint64_t offset, std::span<const std::byte> data);

private:
    std::uint32_t neutral(std::uint32_t offset);

    RegisterAccess& registers_;
    const std::vector<RegisterTable> tables_;
};

}  // namespace ghostcard
