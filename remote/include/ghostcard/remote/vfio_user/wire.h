// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/little_endian.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

/// How fields lie in a message: little-endian, packed, in the order of the specification. A *body* is a plain struct
/// that lists its fields once, for both directions:
///
///     struct Example {
///         std::uint32_t argsz = 8;
///         std::uint32_t flags = 0;
///         static constexpr auto fields() { return std::tuple{&Example::argsz, &Example::flags}; }
///     };
///
/// A body that begins with `argsz` may grow in later versions: what follows the known fields is left alone.
namespace ghostcard::remote::vfio_user {

using Buffer = std::vector<std::byte>;

template <class Body>
concept FixedBody = requires {
    Body::fields();
};

/// Bytes that the body takes.
template <FixedBody Body>
constexpr std::size_t wire_size() {
    return std::apply([](auto... field) { return (sizeof(std::declval<Body>().*field) + ... + std::size_t{0}); },
                      Body::fields());
}

/// The body at the front of the bytes; nothing if they are too few.
template <FixedBody Body>
std::optional<Body> decode(std::span<const std::byte> bytes) {
    if (bytes.size() < wire_size<Body>()) return std::nullopt;
    Body body;
    const auto take = [&bytes, &body](auto field) {
        auto& value = body.*field;
        using Value = std::remove_reference_t<decltype(value)>;
        static_assert(std::unsigned_integral<Value>);
        value = static_cast<Value>(load_little_endian(bytes.first(sizeof value)));
        bytes = bytes.subspan(sizeof value);
    };
    std::apply([&take](auto... field) { (take(field), ...); }, Body::fields());
    return body;
}

template <FixedBody Body>
void append(Buffer& buffer, const Body& body) {
    buffer.resize(buffer.size() + wire_size<Body>());
    auto bytes = std::span(buffer).last(wire_size<Body>());
    const auto put = [&bytes](auto value) {
        store_little_endian(value, bytes.first(sizeof value));
        bytes = bytes.subspan(sizeof value);
    };
    std::apply([&put, &body](auto... field) { (put(body.*field), ...); }, Body::fields());
}

inline void append(Buffer& buffer, std::span<const std::byte> bytes) {
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

}  // namespace ghostcard::remote::vfio_user
