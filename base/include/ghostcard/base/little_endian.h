// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ghostcard {

/// PCI's byte order, whatever that of the machine: the first byte is the least significant one. At most 8 bytes.
inline std::uint64_t load_little_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
}
inline void store_little_endian(std::uint64_t value, std::span<std::byte> bytes) {
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(value);
        value >>= 8;
    }
}

}  // namespace ghostcard
