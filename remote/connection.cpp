// SPDX-License-Identifier: MIT
#include "connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <fcntl.h>

namespace ghostcard::remote {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// After so many messages the device gets its turn.
constexpr unsigned messages_at_a_time = 64;

}  // namespace

Connection::Connection(asio::io_context& context, Socket socket, Device& device, spdlog::logger& log,
                       const ServerLimits& limits, Instant now)
    : context_(context), session_(device, log, limits, now, [this] { return make_twin(); }) {
    fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    line(Channel::main).emplace(std::move(socket));
}

FileDescriptor Connection::make_twin() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
    line(Channel::twin).emplace(Socket(context_, asio::local::stream_protocol(), ends[0]));
    return FileDescriptor(ends[1]);
}

bool Connection::serve() {
    bool has_handled = receive(Channel::twin);
    has_handled = receive(Channel::main) || has_handled;
    const Instant now = std::chrono::steady_clock::now();
    session_.check_time(now);
    session_.flush(now);
    send();
    return has_handled;
}

bool Connection::receive(Channel channel) {
    unsigned handled = 0;
    while (handled < messages_at_a_time && line(channel) && !line(channel)->awaits_reading && reason_to_end().empty()) {
        Message message;
        switch (line(channel)->receiver.receive(line(channel)->socket.native_handle(), session_.largest_message(),
                                                message)) {
            case Transfer::complete:
                ++handled;
                session_.handle(channel, std::move(message));
                send();  // so that answers do not pile up that the client is ready to read
                session_.flush(std::chrono::steady_clock::now());
                break;
            case Transfer::would_block: wait_to_read(channel); break;
            case Transfer::closed: reason_to_end_ = "it has closed the connection"; break;
            case Transfer::violation:
                reason_to_end_ = "it sends what is no message, too large a one, or too many files";
                break;
        }
    }
    return handled != 0;
}

void Connection::send() {
    if (send(Channel::main)) send(Channel::twin);
}

bool Connection::send(Channel channel) {
    while (const Outgoing* const next = session_.next_outgoing(channel)) {
        if (!line(channel) || line(channel)->awaits_writing) return false;
        switch (line(channel)->sender.send(line(channel)->socket.native_handle(), *next)) {
            case Transfer::complete: session_.sent(channel); break;
            case Transfer::would_block: wait_to_write(channel); return false;
            case Transfer::violation:
            case Transfer::closed: reason_to_end_ = "it has closed the connection"; return false;
        }
    }
    return true;
}

void Connection::wait_to_read(Channel channel) {
    line(channel)->awaits_reading = true;
    line(channel)->socket.async_wait(Socket::wait_read, [weak = weak_from_this(), channel](error_code) {
        if (const auto self = weak.lock()) self->line(channel)->awaits_reading = false;
    });
}

void Connection::wait_to_write(Channel channel) {
    line(channel)->awaits_writing = true;
    line(channel)->socket.async_wait(Socket::wait_write, [weak = weak_from_this(), channel](error_code) {
        if (const auto self = weak.lock()) self->line(channel)->awaits_writing = false;
    });
}

bool Connection::peer_has_closed() {
    pollfd state{line(Channel::main)->socket.native_handle(), POLLRDHUP, 0};
    return poll(&state, 1, 0) == 1 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace ghostcard::remote
