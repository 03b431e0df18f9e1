// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>  // Boost 1.74's awaitable.hpp wants it, and does not include it

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "message_socket.h"
#include "session.h"

namespace ghostcard::remote {

/// A client's sockets and its session. Asio only wakes; bytes are moved, and the device is called, in serve().
class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Socket = boost::asio::local::stream_protocol::socket;
    using Instant = Session::Instant;

    Connection(boost::asio::io_context& context, Socket socket, Device& device, spdlog::logger& log,
               const ServerLimits& limits, Instant now);

    /// Handles what lies there, a limited number of messages at a time. Whether there was any.
    bool serve();
    /// When serve() has to be called, even if nothing has come.
    std::optional<Instant> next_check() const { return session_.next_check(); }
    /// Whether the client has closed its end, even if not all that it sent has been read.
    bool peer_has_closed();

    /// Why the client has gone or has to go; empty as long as it stays.
    const std::string& reason_to_end() const {
        return reason_to_end_.empty() ? session_.reason_to_end() : reason_to_end_;
    }
    Session& session() { return session_; }
    const Session& session() const { return session_; }

private:
    struct Line {
        explicit Line(Socket its_socket) : socket(std::move(its_socket)) {}

        Socket socket;
        MessageReceiver receiver;
        MessageSender sender;
        bool awaits_reading = false, awaits_writing = false;
    };

    FileDescriptor make_twin();
    std::optional<Line>& line(Channel channel) { return lines_[static_cast<std::size_t>(channel)]; }
    bool receive(Channel channel);
    void send();
    /// Whether all is through.
    bool send(Channel channel);
    void wait_to_read(Channel channel);
    void wait_to_write(Channel channel);

    boost::asio::io_context& context_;
    std::array<std::optional<Line>, 2> lines_;  ///< By Channel.
    Session session_;
    std::string reason_to_end_;
};

}  // namespace ghostcard::remote
