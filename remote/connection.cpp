// SPDX-License-Identifier: MIT
#include "connection.h"

#include <sys/socket.h>

namespace ghostcard::remote {
namespace {

/// After so many messages the device gets its turn.
constexpr unsigned messages_at_a_time = 64;

}  // namespace

Connection::Connection(FileDescriptor socket, Device& device, EventSignaller& signaller, spdlog::logger& log,
                       const ServerLimits& limits, Instant now)
    : session_(device, signaller, log, limits, now, [this] { return make_twin(); }) {
    line(Channel::main).emplace(std::move(socket));
}

FileDescriptor Connection::make_twin() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
    line(Channel::twin).emplace(FileDescriptor(ends[0]));
    return FileDescriptor(ends[1]);
}

void Connection::flush(Instant now) {
    session_.check_time(now);
    session_.flush(now);
    send();
}

Connection::Readiness Connection::awaited() const {
    const auto of = [this](Channel channel) -> pollfd {
        if (!line(channel)) return {-1, 0, 0};
        return {line(channel)->socket.get(),
                static_cast<short>(line(channel)->awaits_writing ? POLLIN | POLLOUT : POLLIN), 0};
    };
    return {of(Channel::main), of(Channel::twin)};
}

bool Connection::serve(std::span<const pollfd, 2> readiness) {
    bool has_handled = false;
    for (const Channel channel : {Channel::twin, Channel::main}) {
        const int found = readiness[static_cast<std::size_t>(channel)].revents;
        if ((found & ~POLLIN) != 0) line(channel)->awaits_writing = false;
        if ((found & ~POLLOUT) != 0) has_handled = receive(channel) || has_handled;
    }
    flush(std::chrono::steady_clock::now());
    return has_handled;
}

/// A read may be one of a client that polls, for whom the device has to act before the next one.
bool Connection::receive(Channel channel) {
    unsigned handled = 0;
    bool was_read = false;
    while (!was_read && handled < messages_at_a_time && reason_to_end().empty()) {
        Message message;
        switch (line(channel)->receiver.receive(line(channel)->socket.get(), session_.largest_message(), message)) {
            case Transfer::complete:
                ++handled;
                was_read = message.header.command == vfio_user::Command::region_read;
                session_.handle(channel, std::move(message));
                send();  // so that answers do not pile up that the client is ready to read
                session_.flush(std::chrono::steady_clock::now());
                break;
            case Transfer::would_block: return handled != 0;
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
        switch (line(channel)->sender.send(line(channel)->socket.get(), *next)) {
            case Transfer::complete: session_.sent(channel); break;
            case Transfer::would_block: line(channel)->awaits_writing = true; return false;
            case Transfer::violation:
            case Transfer::closed: reason_to_end_ = "it has closed the connection"; return false;
        }
    }
    return true;
}

bool Connection::peer_has_closed() const {
    pollfd state{line(Channel::main)->socket.get(), POLLRDHUP, 0};
    return poll(&state, 1, 0) == 1 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace ghostcard::remote
