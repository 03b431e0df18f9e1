// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/header.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "remote/message_socket.h"
#include "tests/remote/files.h"

namespace ghostcard::tests {

/// A client that puts bytes on the socket as a test wants them, and never waits for an answer.
class TestClient {
public:
    explicit TestClient(const std::filesystem::path& path)
        : socket_(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no connection");
    }

    /// One sendmsg(), with files.
    void send_raw(std::span<const std::byte> bytes, std::span<const FileDescriptor> files = {}) {
        send_to(socket_, bytes, files);
    }
    /// A whole message.
    void send(remote::vfio_user::Command command, std::span<const std::byte> payload = {},
              std::span<const FileDescriptor> files = {}, bool no_reply = false) {
        send_raw(message(command, payload, no_reply), files);
    }
    remote::vfio_user::Buffer message(remote::vfio_user::Command command, std::span<const std::byte> payload,
                                      bool no_reply = false) {
        using namespace remote::vfio_user;
        return MessageWriter(command_header(next_id_++, command, no_reply)).put(payload).finish();
    }
    void reply(const remote::Message& to, const FileDescriptor* twin = nullptr) {
        using namespace remote::vfio_user;
        send_to(twin != nullptr ? *twin : socket_, MessageWriter(reply_header(to.header)).finish(), {});
    }

    /// What the server has sent by now; nothing if it has not sent a whole message.
    std::optional<remote::Message> receive() { return receive_from(receiver_, socket_); }
    std::optional<remote::Message> receive_from(remote::MessageReceiver& receiver, const FileDescriptor& socket) {
        remote::Message message;
        last_ = receiver.receive(socket.get(), 1 << 22, message);
        if (last_ != remote::Transfer::complete) return std::nullopt;
        return message;
    }
    /// Whether the server has closed the connection, once all has been read that it has sent before.
    bool is_closed() {
        while (receive()) continue;
        return last_ == remote::Transfer::closed;
    }
    void close() { socket_ = FileDescriptor(); }
    const FileDescriptor& socket() const { return socket_; }

private:
    static void send_to(const FileDescriptor& socket, std::span<const std::byte> bytes,
                        std::span<const FileDescriptor> files) {
        std::vector<char> control(CMSG_SPACE(sizeof(int) * files.size()));
        iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
        msghdr leaving{};
        leaving.msg_iov = &part;
        leaving.msg_iovlen = 1;
        if (!files.empty()) {
            leaving.msg_control = control.data();
            leaving.msg_controllen = control.size();
            cmsghdr* const header = CMSG_FIRSTHDR(&leaving);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
            for (std::size_t i = 0; i < files.size(); ++i) {
                const int file = files[i].get();
                std::memcpy(CMSG_DATA(header) + i * sizeof file, &file, sizeof file);
            }
        }
        // Not waiting: who has closed, or does not read, is what some tests are about.
        (void)sendmsg(socket.get(), &leaving, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    FileDescriptor socket_;
    remote::MessageReceiver receiver_;
    remote::Transfer last_ = remote::Transfer::would_block;
    std::uint16_t next_id_ = 1;
};

}  // namespace ghostcard::tests
