// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/file_descriptor.h>
#include <poll.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "message_socket.h"
#include "session.h"

namespace ghostcard::remote {

/// A client's sockets and its session. Does not wait: its owner looks at the sockets.
class Connection {
public:
    using Instant = Session::Instant;
    using Readiness = std::array<pollfd, 2>;  ///< By Channel.

    Connection(FileDescriptor socket, Device& device, EventSignaller& signaller, spdlog::logger& log,
               const ServerLimits& limits, Instant now);

    /// Sends what has come up since serve().
    void flush(Instant now);
    /// What the owner has to wait for by poll(), or...
    Readiness awaited() const;
    /// ...until when, even if nothing comes.
    std::optional<Instant> next_check() const { return session_.next_check(); }
    /// Handles what lies there, a limited number of messages at a time. Whether there was any.
    bool serve(std::span<const pollfd, 2> readiness);
    /// Whether the client has closed its end, even if not all that it sent has been read.
    bool peer_has_closed() const;

    /// Why the client has gone or has to go; empty as long as it stays.
    const std::string& reason_to_end() const {
        return reason_to_end_.empty() ? session_.reason_to_end() : reason_to_end_;
    }
    Session& session() { return session_; }
    const Session& session() const { return session_; }

private:
    struct Line {
        explicit Line(FileDescriptor its_socket) : socket(std::move(its_socket)) {}

        FileDescriptor socket;
        MessageReceiver receiver;
        MessageSender sender;
        bool awaits_writing = false;
    };

    FileDescriptor make_twin();
    std::optional<Line>& line(Channel channel) { return lines_[static_cast<std::size_t>(channel)]; }
    const std::optional<Line>& line(Channel channel) const { return lines_[static_cast<std::size_t>(channel)]; }
    bool receive(Channel channel);
    void send();
    /// Whether all is through.
    bool send(Channel channel);

    std::array<std::optional<Line>, 2> lines_;  ///< By Channel.
    Session session_;
    std::string reason_to_end_;
};

}  // namespace ghostcard::remote
