// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/wire.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace ghostcard::remote::vfio_user {

/// What holds where a side says nothing.
inline constexpr std::uint32_t default_max_data_xfer_size = 1 << 20;  ///< Bytes.
inline constexpr std::uint32_t default_max_msg_fds = 1;
/// What our server takes with one message, if the client can say so.
inline constexpr std::uint32_t served_max_msg_fds = 16;
/// Below it the headers of a transfer would outweigh its data; nobody may ask for less.
inline constexpr std::uint32_t smallest_max_data_xfer_size = 64;  ///< Bytes.
/// The longest VERSION message that is taken.
inline constexpr std::uint32_t largest_version_message = 4096;  ///< Bytes.

/// What a side has said of itself in VERSION's JSON; what it has not said is not there. Keys that nobody knows are
/// passed over.
struct Capabilities {
    std::optional<std::uint32_t> max_msg_fds;
    std::optional<std::uint32_t> max_data_xfer_size;  ///< Bytes.
    std::optional<std::uint32_t> max_dma_maps;
    std::optional<std::uint64_t> pgsizes;  ///< Bytes, or'ed together.
    bool write_multiple = false;
    bool twin_socket = false;                     ///< Supported; in a reply: used.
    std::optional<std::uint32_t> twin_socket_fd;  ///< Which of the reply's file descriptors it is.

    friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

/// VERSION, request and reply.
struct Version {
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
    Capabilities capabilities;

    friend bool operator==(const Version&, const Version&) = default;
};

/// The payload. Where nothing is said of capabilities it is without JSON.
Buffer encode_version(const Version& version);
/// The version, or what is wrong with the payload: JSON that is none or does not end with a NUL, or a known capability
/// of another type or out of its range.
std::variant<Version, std::string> decode_version(std::span<const std::byte> payload);

/// What a server answers: no capability that the client has not named (the specification wants a subset), of each limit
/// the smaller one, and therefore hardly more bytes than were asked with: QEMU 11.1 takes no more than its own 214.
/// With `twin_socket` the client is offered a second socket, as the reply's only file descriptor, if it can use one.
/// Or what is wrong with the proposal: another major version than 0.
std::variant<Version, std::string> answer_version(const Version& proposed, bool twin_socket);

}  // namespace ghostcard::remote::vfio_user
