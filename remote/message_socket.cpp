// SPDX-License-Identifier: MIT
#include "message_socket.h"

#include <ghostcard/remote/vfio_user/version.h>
#include <sys/socket.h>

#include <algorithm>
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

ssize_t send_some(int socket, std::span<const std::byte> bytes, std::span<const int> files, int flags) {
    iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
    Control control{};
    msghdr leaving{};
    leaving.msg_iov = &part;
    leaving.msg_iovlen = 1;
    if (!files.empty()) {
        leaving.msg_control = &control;
        leaving.msg_controllen = CMSG_SPACE(files.size_bytes());
        cmsghdr* const rights = CMSG_FIRSTHDR(&leaving);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(files.size_bytes());
        std::memcpy(CMSG_DATA(rights), files.data(), files.size_bytes());
    }
    ssize_t count = -1;
    do count = sendmsg(socket, &leaving, flags);
    while (count < 0 && errno == EINTR);
    return count;
}

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
    std::array<int, vfio_user::served_max_msg_fds> files{};
    std::ranges::transform(message.files, files.begin(), &FileDescriptor::get);
    while (sent_ < message.bytes.size()) {
        const std::size_t file_count = sent_ == 0 ? message.files.size() : 0;
        const ssize_t count = send_some(socket, std::span(message.bytes).subspan(sent_),
                                        std::span(files).first(file_count), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0) return from_errno();
        sent_ += static_cast<std::size_t>(count);
    }
    sent_ = 0;
    return Transfer::complete;
}

}  // namespace ghostcard::remote
