// SPDX-License-Identifier: MIT
#include <ghostcard/base/byte_window.h>

#include <ghostcard/base/little_endian.h>

#include <algorithm>
#include <array>

namespace ghostcard {
namespace {

using Word = std::array<std::byte, 4>;

/// Calls access(offset of a register, first byte in it, bytes of it that are accessed) for each register of a range.
template <class Bytes, class Access>
void for_each_register(std::uint64_t offset, Bytes data, Access access) {
    while (!data.empty()) {
        const std::size_t first = offset % sizeof(Word);
        const std::size_t count = std::min(sizeof(Word) - first, data.size());
        access(static_cast<std::uint32_t>(offset - first), first, data.first(count));
        offset += count;
        data = data.subspan(count);
    }
}

}  // namespace

void ByteWindow::read(std::uint64_t offset, std::span<std::byte> data) {
    for_each_register(offset, data, [this](std::uint32_t at, std::size_t first, std::span<std::byte> bytes) {
        store_little_endian(registers_.read(at) >> (8 * first), bytes);
    });
}

void ByteWindow::write(std::uint64_t offset, std::span<const std::byte> data) {
    for_each_register(offset, data, [this](std::uint32_t at, std::size_t first, std::span<const std::byte> bytes) {
        Word word{};
        if (bytes.size() != word.size()) store_little_endian(neutral(at), word);
        std::ranges::copy(bytes, word.begin() + static_cast<std::ptrdiff_t>(first));
        registers_.write(at, static_cast<std::uint32_t>(load_little_endian(word)));
    });
}

/// What can be written to a register without effect: bits that a one clears are left alone by a zero.
std::uint32_t ByteWindow::neutral(std::uint32_t offset) {
    for (const RegisterTable& table : tables_)
        if (const RegisterInfo* const info = table.find(offset); info != nullptr)
            return registers_.read(offset) & ~info->masks.write_1_to_clear;
    return registers_.read(offset);
}

}  // namespace ghostcard
