// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/messages.h>
#include <ghostcard/remote/vfio_user/version.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "tests/remote/files.h"
#include "tests/support/temporary_folder.h"

namespace ghostcard::tests {

/// A server that says to its one client what a test has written down, right or wrong, in a thread of its own.
class ScriptedServer {
public:
    using Buffer = remote::vfio_user::Buffer;
    using Command = remote::vfio_user::Command;
    using Header = remote::vfio_user::Header;
    struct Message {
        Header header;
        Buffer payload;
    };

    /// The script is over when the server or the client has closed; REQUIRE is not for it, since it is not in the
    /// test's thread.
    explicit ScriptedServer(std::function<void(ScriptedServer&)> script)
        : listening_(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path().native(), address.sun_path);
        if (bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            listen(listening_.get(), 1) != 0)
            throw std::runtime_error("no socket");
        thread_ = std::thread([this, script = std::move(script)] {
            socket_ = FileDescriptor(accept(listening_.get(), nullptr, nullptr));
            script(*this);
            socket_ = FileDescriptor();
        });
    }
    ~ScriptedServer() { thread_.join(); }
    std::filesystem::path path() const { return folder_.path() / "card.sock"; }

    /// The client's next message; nothing once it has closed.
    std::optional<Message> receive() {
        std::array<std::byte, remote::vfio_user::header_size> bytes{};
        if (!receive(bytes)) return std::nullopt;
        const auto header = remote::vfio_user::decode_header(bytes);
        if (!header) return std::nullopt;
        Message message{*header, Buffer(header->payload_size())};
        if (!receive(message.payload)) return std::nullopt;
        return message;
    }
    void send(std::span<const std::byte> bytes) {
        static_cast<void>(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    void send(const Header& header, std::span<const std::byte> payload = {}) {
        send(remote::vfio_user::MessageWriter(header).put(payload).finish());
    }
    void reply(const Message& to, std::span<const std::byte> payload = {}) {
        send(remote::vfio_user::reply_header(to.header), payload);
    }
    /// Answers what a client asks until it is ready to use, and gives its next message.
    std::optional<Message> introduce() {
        using namespace remote::vfio_user;
        for (;;) {
            auto message = receive();
            if (!message) return std::nullopt;
            switch (message->header.command) {
                case Command::version: reply(*message, encode_version({})); break;
                case Command::device_get_info: reply_body(*message, pci_device()); break;
                case Command::device_get_region_info: reply_body(*message, RegionInfo{.size = 4096}); break;
                default: return message;
            }
        }
    }
    template <class Body>
    void reply_body(const Message& to, const Body& body) {
        Buffer payload;
        append(payload, body);
        reply(to, payload);
    }
    static remote::vfio_user::DeviceInfo pci_device() {
        using remote::vfio_user::DeviceInfo;
        return {.flags = DeviceInfo::is_pci,
                .regions = remote::vfio_user::pci_regions,
                .irqs = remote::vfio_user::pci_irqs};
    }

private:
    bool receive(std::span<std::byte> bytes) {
        return bytes.empty() ||
               recv(socket_.get(), bytes.data(), bytes.size(), MSG_WAITALL) == static_cast<ssize_t>(bytes.size());
    }

    TemporaryFolder folder_;
    FileDescriptor listening_;
    FileDescriptor socket_;
    std::thread thread_;
};

}  // namespace ghostcard::tests
