// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/header.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "message.h"

namespace ghostcard::remote {

enum class Transfer {
    complete,  ///< The message is through.
    would_block,
    closed,     ///< By the other side, or broken.
    violation,  ///< What came is no message, is larger than allowed, or brings more files than one may.
};

/// Sends as many bytes as the socket takes, as sendmsg() with these flags does; files, served_max_msg_fds at the most,
/// go with the first of them. How many, or -1 and errno.
ssize_t send_some(int socket, std::span<const std::byte> bytes, std::span<const int> files, int flags);

/// Takes messages from a stream socket, however they are cut into pieces, and never reads beyond the end of one: so the
/// files that come are those of the message that is being read. Does not block.
class MessageReceiver {
public:
    /// With `complete`, message is the one that has come.
    Transfer receive(int socket, std::uint32_t largest_message, Message& message);

private:
    Transfer receive_some(int socket, std::span<std::byte> where);

    std::array<std::byte, vfio_user::header_size> header_{};
    std::size_t received_ = 0;  ///< Bytes, header included.
    Message message_;
};

/// Sends messages over a stream socket. Does not block.
class MessageSender {
public:
    /// Not to be called with another message until this one is complete.
    Transfer send(int socket, const Outgoing& message);

private:
    std::size_t sent_ = 0;  ///< Bytes of the message.
};

}  // namespace ghostcard::remote
