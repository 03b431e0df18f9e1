// SPDX-License-Identifier: MIT
#include <ghostcard/remote/server.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>  // Boost 1.74's awaitable.hpp wants it, and does not include it

#include <spdlog/logger.h>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "connection.h"
#include "listening_socket.h"

namespace ghostcard::remote {

namespace asio = boost::asio;
using boost::system::error_code;

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
        : device_(device), log_(std::move(log)), limits_(limits), listening_(context_, path), pause_(context_) {
        accept();
    }

    void serve_until(Session::Instant deadline);
    void stop() {
        is_stopped_ = true;
        asio::post(context_, [] {});
    }
    bool is_stopped() const { return is_stopped_; }
    /// Null if there is none.
    Session* session() const { return connection_ ? &connection_->session() : nullptr; }

private:
    void accept();
    bool meet_visitor();
    bool serve_client();

    Device& device_;
    std::shared_ptr<spdlog::logger> log_;
    const ServerLimits limits_;
    asio::io_context context_{1};
    ListeningSocket listening_;
    asio::steady_timer pause_;
    std::shared_ptr<Connection> connection_;
    std::optional<Connection::Socket> visitor_;  ///< Has come, and has not been let in yet.
    std::atomic<bool> is_stopped_ = false;
    bool is_serving_ = false;
};

void Server::Implementation::accept() {
    listening_.acceptor().async_accept([this](error_code error, Connection::Socket socket) {
        if (!error) {
            visitor_ = std::move(socket);
            return;
        }
        if (error == asio::error::operation_aborted) return;
        log_->warn("cannot accept a client: {}", error.message());
        pause_.expires_after(accept_pause);
        pause_.async_wait([this](error_code cancelled) {
            if (!cancelled) accept();
        });
    });
}

void Server::Implementation::serve_until(Session::Instant deadline) {
    if (is_serving_) throw std::logic_error("serve_until() called by the device");
    const Marked serving(is_serving_);
    while (!is_stopped_) {
        context_.restart();
        context_.poll();
        const bool has_changed = meet_visitor();
        if (serve_client() || has_changed || std::chrono::steady_clock::now() >= deadline) break;
        const auto next_check = connection_ ? connection_->next_check() : std::nullopt;
        context_.restart();
        context_.run_one_until(next_check ? std::min(*next_check, deadline) : deadline);
    }
}

bool Server::Implementation::meet_visitor() {
    if (!visitor_) return false;
    if (connection_ && connection_->peer_has_closed()) return false;  // until what it has left is handled
    Connection::Socket socket = std::move(*visitor_);
    visitor_.reset();
    accept();
    if (connection_) {
        log_->info("another client has been turned away");
        return false;
    }
    log_->info("a client has come");
    connection_ = std::make_shared<Connection>(context_, std::move(socket), device_, *log_, limits_,
                                               std::chrono::steady_clock::now());
    return true;
}

bool Server::Implementation::serve_client() {
    if (!connection_) return false;
    const bool has_handled = connection_->serve();
    if (connection_->reason_to_end().empty()) return has_handled;
    log_->info("the client has gone: {}", connection_->reason_to_end());
    connection_->session().close();
    connection_.reset();
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

std::uint64_t Server::dropped_signals() const {
    const Session* const session = implementation_->session();
    return session == nullptr ? 0 : session->dropped_signals();
}

}  // namespace ghostcard::remote
