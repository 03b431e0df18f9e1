// SPDX-License-Identifier: MIT
#include "message_socket.h"

#include <ghostcard/remote/vfio_user/version.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

namespace ghostcard::remote {
namespace {

using vfio_user::header_size;

/// Room for the files of one message.
union Control {
    cmsghdr aligned;
    std::array<char, CMSG_SPACE(sizeof(int) * vfio_user::served_max_msg_fds)> bytes;
};

void take_files(msghdr& from, std::vector<FileDescriptor>& files) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&from); part != nullptr; part = CMSG_NXTHDR(&from, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int file = -1;
            std::memcpy(&file, CMSG_DATA(part) + i * sizeof file, sizeof file);
            files.emplace_back(file);
        }
    }
}

Transfer from_errno() { return errno == EAGAIN || errno == EWOULDBLOCK ? Transfer::would_block : Transfer::closed; }

}  // namespace

Transfer MessageReceiver::receive(int socket, std::uint32_t largest_message, Message& message) {
    while (received_ < header_size) {
        const Transfer transfer = receive_some(socket, std::span(header_).subspan(received_));
        if (transfer != Transfer::complete) return transfer;
        if (received_ < header_size) continue;
        const auto header = vfio_user::decode_header(header_);
        if (!header || header->size > largest_message) return Transfer::violation;
        message_.header = *header;
        message_.payload.resize(header->payload_size());
    }
    while (received_ < message_.header.size) {
        const Transfer transfer = receive_some(socket, std::span(message_.payload).subspan(received_ - header_size));
        if (transfer != Transfer::complete) return transfer;
    }
    received_ = 0;
    message = std::exchange(message_, {});
    return Transfer::complete;
}

Transfer MessageReceiver::receive_some(int socket, std::span<std::byte> where) {
    iovec part{where.data(), where.size()};
    Control control{};
    msghdr arrived{};
    arrived.msg_iov = &part;
    arrived.msg_iovlen = 1;
    arrived.msg_control = &control;
    arrived.msg_controllen = sizeof control;
    ssize_t count = -1;
    do count = recvmsg(socket, &arrived, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0) return from_errno();
    take_files(arrived, message_.files);
    if (count == 0) return Transfer::closed;
    if ((arrived.msg_flags & MSG_CTRUNC) != 0 || message_.files.size() > vfio_user::served_max_msg_fds)
        return Transfer::violation;
    received_ += static_cast<std::size_t>(count);
    return Transfer::complete;
}

Transfer MessageSender::send(int socket, const Outgoing& message) {
    while (sent_ < message.bytes.size()) {
        const auto rest = std::span(message.bytes).subspan(sent_);
        iovec part{const_cast<std::byte*>(rest.data()), rest.size()};
        Control control{};
        msghdr leaving{};
        leaving.msg_iov = &part;
        leaving.msg_iovlen = 1;
        if (sent_ == 0 && !message.files.empty()) {
            const std::size_t size = sizeof(int) * message.files.size();
            leaving.msg_control = &control;
            leaving.msg_controllen = CMSG_SPACE(size);
            cmsghdr* const files = CMSG_FIRSTHDR(&leaving);
            files->cmsg_level = SOL_SOCKET;
            files->cmsg_type = SCM_RIGHTS;
            files->cmsg_len = CMSG_LEN(size);
            for (std::size_t i = 0; i < message.files.size(); ++i) {
                const int file = message.files[i].get();
                std::memcpy(CMSG_DATA(files) + i * sizeof file, &file, sizeof file);
            }
        }
        const ssize_t count = sendmsg(socket, &leaving, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return from_errno();
        sent_ += static_cast<std::size_t>(count);
    }
    sent_ = 0;
    return Transfer::complete;
}

}  // namespace ghostcard::remote
