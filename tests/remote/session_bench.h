// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/irqs.h>
#include <ghostcard/remote/vfio_user/messages.h>
#include <ghostcard/remote/vfio_user/version.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remote/session.h"
#include "tests/remote/fake_device.h"
#include "tests/remote/files.h"
#include "tests/support/catch.h"

namespace ghostcard::tests {

using remote::Channel;
using remote::Message;
using remote::Outgoing;
namespace vfio_user = remote::vfio_user;
using vfio_user::Buffer;
using vfio_user::Command;

template <class... Parts>
Buffer payload_of(const Parts&... parts) {
    using vfio_user::append;
    Buffer buffer;
    (append(buffer, parts), ...);
    return buffer;
}
/// VERSION 0.0, or another major one, with this JSON.
inline Buffer version_payload(const std::string& json, unsigned major = 0) {
    return payload_of(Buffer{static_cast<std::byte>(major), {}, {}, {}},
                      std::as_bytes(std::span(json.c_str(), json.size() + 1)));
}
inline Buffer data_of(std::size_t size, unsigned value) { return Buffer(size, static_cast<std::byte>(value)); }

/// What the server has sent.
struct Sent {
    vfio_user::Header header;
    Buffer payload;
    std::vector<FileDescriptor> files;

    template <class Body>
    Body as() const {
        const auto body = vfio_user::decode<Body>(payload);
        REQUIRE(body.has_value());
        return *body;
    }
};

/// A session with a device, and no socket; its time stands still unless told.
struct SessionBench {
    explicit SessionBench(const remote::ServerLimits& limits = {}, FileDescriptor twin = {})
        : twin_of_client(std::move(twin)),
          session(device, signaller(), logger, limits, now, [this] { return std::move(twin_of_client); }) {}

    /// The kernel takes its time to end one.
    static remote::EventSignaller& signaller() {
        static remote::EventSignaller of_all;
        return of_all;
    }

    void give(Command command, Buffer payload = {}, std::vector<FileDescriptor> files = {}, bool no_reply = false) {
        vfio_user::Header header = vfio_user::command_header(next_id++, command, no_reply);
        header.size = static_cast<std::uint32_t>(vfio_user::header_size + payload.size());
        session.handle(Channel::main, Message{header, std::move(payload), std::move(files)});
    }
    void answer(const Sent& command, Buffer payload = {}, std::uint32_t error = 0, Channel channel = Channel::main) {
        vfio_user::Header header = vfio_user::reply_header(command.header);
        header.is_error = error != 0;
        header.error = error;
        session.handle(channel, Message{header, std::move(payload), {}});
        session.flush(now);
    }
    /// The next message that goes out, if any.
    std::optional<Sent> sent(Channel channel = Channel::main) {
        Outgoing* const outgoing = session.next_outgoing(channel);
        if (outgoing == nullptr) return std::nullopt;
        const auto header = vfio_user::decode_header(std::span(outgoing->bytes).first<vfio_user::header_size>());
        REQUIRE(header.has_value());
        REQUIRE(header->size == outgoing->bytes.size());
        Sent message{*header, Buffer(outgoing->bytes.begin() + vfio_user::header_size, outgoing->bytes.end()),
                     std::move(outgoing->files)};
        session.sent(channel);
        return message;
    }
    /// Gives a command, and takes the one message that answers it.
    Sent ask(Command command, Buffer payload = {}, std::vector<FileDescriptor> files = {}) {
        const std::uint16_t id = next_id;
        give(command, std::move(payload), std::move(files));
        std::optional<Sent> reply = sent();
        REQUIRE(reply.has_value());
        CHECK(reply->header.is_reply);
        CHECK(reply->header.id == id);
        CHECK(reply->header.command == command);
        if (reply->header.is_error) CHECK(reply->payload.empty());
        session.flush(now);
        return std::move(*reply);
    }
    /// The errno of the answer; 0 for success.
    int error_of(Command command, Buffer payload = {}, std::vector<FileDescriptor> files = {}) {
        const Sent reply = ask(command, std::move(payload), std::move(files));
        return reply.header.is_error ? static_cast<int>(reply.header.error) : 0;
    }

    void negotiate(std::string_view capabilities = R"("max_msg_fds":16,"max_data_xfer_size":1048576)") {
        const std::string json = "{\"capabilities\":{" + std::string(capabilities) + "}}";
        const Buffer payload =
            payload_of(std::as_bytes(std::span("\0\0\0", 4)), std::as_bytes(std::span(json.c_str(), json.size() + 1)));
        CHECK(error_of(Command::version, payload) == 0);
        REQUIRE(session.is_negotiated());
    }
    int map(std::uint64_t address, std::uint64_t size, std::uint32_t flags = 3, FileDescriptor file = {},
            std::uint64_t offset = 0) {
        std::vector<FileDescriptor> files;
        if (file) files.push_back(std::move(file));
        return error_of(Command::dma_map, payload_of(vfio_user::DmaMap{32, flags, offset, address, size}),
                        std::move(files));
    }
    int unmap(std::uint64_t address, std::uint64_t size, std::uint32_t flags = 0) {
        return error_of(Command::dma_unmap, payload_of(vfio_user::DmaUnmap{24, flags, address, size}));
    }
    int set_irqs(std::uint32_t flags, std::uint32_t index, std::uint32_t start, std::uint32_t count,
                 FileDescriptor file = {}) {
        std::vector<FileDescriptor> files;
        if (file) files.push_back(std::move(file));
        return error_of(Command::device_set_irqs, payload_of(vfio_user::SetIrqs{20, flags, index, start, count}),
                        std::move(files));
    }

    FakeDevice device;
    std::ostringstream log;
    spdlog::logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)};
    std::chrono::steady_clock::time_point now{};
    std::uint16_t next_id = 100;
    FileDescriptor twin_of_client;
    remote::Session session;
};

}  // namespace ghostcard::tests
