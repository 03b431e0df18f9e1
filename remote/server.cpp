// SPDX-License-Identifier: MIT
#include <ghostcard/remote/server.h>

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <spdlog/logger.h>

#include "connection.h"
#include "event_signaller.h"
#include "listening_socket.h"

namespace ghostcard::remote {

using std::chrono::steady_clock;

namespace {

/// How long to wait with accepting when the host has no room for another connection.
constexpr std::chrono::milliseconds accept_pause{100};

/// True as long as it lives, which ends with an exception of the device too.
class Marked {
public:
    explicit Marked(bool& mark) : mark_(mark) { mark_ = true; }
    ~Marked() { mark_ = false; }
    Marked(const Marked&) = delete;
    Marked& operator=(const Marked&) = delete;

private:
    bool& mark_;
};

}  // namespace

class Server::Implementation {
public:
    Implementation(const std::filesystem::path& path, Device& device, std::shared_ptr<spdlog::logger> log,
                   const ServerLimits& limits)
        : device_(device),
          log_(std::move(log)),
          limits_(limits),
          listening_(path),
          wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
    }

    void serve_until(Session::Instant deadline);
    void stop() {
        is_stopped_ = true;
        eventfd_write(wake_.get(), 1);
    }
    bool is_stopped() const { return is_stopped_; }
    /// Null if there is none.
    Session* session() { return connection_ ? &connection_->session() : nullptr; }

private:
    /// The client's sockets, by Channel, and the two files that are always there.
    using Readiness = std::array<pollfd, 4>;
    static constexpr std::size_t visitor = 2, wake = 3;

    Readiness wait_until(Session::Instant deadline) const;
    bool serve_client(const Readiness& readiness);
    bool meet_visitor();

    Device& device_;
    std::shared_ptr<spdlog::logger> log_;
    const ServerLimits limits_;
    ListeningSocket listening_;
    FileDescriptor wake_;  ///< Readable from stop() on.
    EventSignaller signaller_;
    std::optional<Connection> connection_;
    Session::Instant accept_again_{};  ///< Nobody is let in before.
    std::atomic<bool> is_stopped_ = false;
    bool is_serving_ = false;
};

void Server::Implementation::serve_until(Session::Instant deadline) {
    if (is_serving_) throw std::logic_error("serve_until() called by the device");
    const Marked serving(is_serving_);
    if (connection_) connection_->flush(steady_clock::now());
    while (!is_stopped_) {
        const Readiness readiness = wait_until(deadline);
        bool has_changed = serve_client(readiness);
        if (readiness[visitor].revents != 0) has_changed = meet_visitor() || has_changed;
        if (has_changed || steady_clock::now() >= deadline) break;
    }
}

/// The one look at all sockets: what is found is handled before the next.
Server::Implementation::Readiness Server::Implementation::wait_until(Session::Instant deadline) const {
    const auto now = steady_clock::now();
    const bool lets_in = now >= accept_again_;
    const auto client = connection_ ? connection_->awaited() : Connection::Readiness{pollfd{-1, 0, 0}, {-1, 0, 0}};
    Readiness readiness{client[0], client[1], pollfd{lets_in ? listening_.descriptor() : -1, POLLIN, 0},
                        pollfd{wake_.get(), POLLIN, 0}};
    if (!lets_in) deadline = std::min(deadline, accept_again_);
    if (const auto check = connection_ ? connection_->next_check() : std::nullopt)
        deadline = std::min(deadline, *check);
    const auto left = std::max<std::chrono::nanoseconds>(deadline - now, std::chrono::nanoseconds::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec timeout{seconds.count(), (left - seconds).count()};
    ppoll(readiness.data(), readiness.size(), &timeout, nullptr);
    return readiness;
}

/// Whether there was anything to do.
bool Server::Implementation::serve_client(const Readiness& readiness) {
    if (!connection_) return false;
    const bool has_handled = connection_->serve(std::span(readiness).first<2>());
    if (connection_->reason_to_end().empty()) return has_handled;
    log_->info("the client has gone: {}", connection_->reason_to_end());
    connection_->session().close();
    connection_.reset();
    return true;
}

/// Whether there is a client now that there was not.
bool Server::Implementation::meet_visitor() {
    if (connection_ && connection_->peer_has_closed()) return false;  // until what it has left is handled
    FileDescriptor socket = listening_.accept();
    if (!socket) {
        if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return false;
        log_->warn("cannot accept a client: {}", std::generic_category().message(errno));
        accept_again_ = steady_clock::now() + accept_pause;
        return false;
    }
    if (connection_) {
        log_->info("another client has been turned away");
        return false;
    }
    log_->info("a client has come");
    connection_.emplace(std::move(socket), device_, signaller_, *log_, limits_, steady_clock::now());
    return true;
}

Server::Server(const std::filesystem::path& path, Device& device, std::shared_ptr<spdlog::logger> log,
               const ServerLimits& limits)
    : implementation_(std::make_unique<Implementation>(path, device, std::move(log), limits)) {}

Server::~Server() = default;

void Server::serve_until(std::chrono::steady_clock::time_point deadline) { implementation_->serve_until(deadline); }

void Server::raise_line() {
    if (Session* const session = implementation_->session()) session->raise_line();
}

void Server::raise_message(unsigned vector) {
    if (Session* const session = implementation_->session()) session->raise_message(vector);
}

bool Server::settled() const {
    const Session* const session = implementation_->session();
    return session == nullptr || session->is_settled();
}

bool Server::attached() const {
    const Session* const session = implementation_->session();
    return session != nullptr && session->is_negotiated();
}

void Server::stop() { implementation_->stop(); }
bool Server::is_stopped() const { return implementation_->is_stopped(); }

}  // namespace ghostcard::remote
