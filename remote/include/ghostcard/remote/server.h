// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/device.h>
#include <ghostcard/remote/server_limits.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace spdlog {
class logger;
}

namespace ghostcard::remote {

/// A device on a socket, for one client at a time; another one that comes meanwhile is turned away. All functions
/// belong to one thread, except stop().
///
///     Server server(path, device, log);
///     while (!server.is_stopped()) {
///         server.serve_until(now + patience);   // calls the device
///         if (server.settled()) let_device_work_for_a_while();   // may call raise_line(), raise_message()
///     }
class Server : public DeviceHost {
public:
    /// Listens; the socket is for this user only. Throws InputError if the path is too long for a socket, is taken, or
    /// lies in a folder that is not there or cannot be written to; and if the kernel has no room for asynchronous I/O.
    Server(const std::filesystem::path& path, Device& device, std::shared_ptr<spdlog::logger> log,
           const ServerLimits& limits = {});
    /// Removes the socket. Does not call the device.
    ~Server() override;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Handles what arrives. Returns as soon as anything has: messages, all that lay there together, a client that has
    /// come or gone; or at the deadline; or when stop() has been called. Not from a call to the device.
    void serve_until(std::chrono::steady_clock::time_point deadline);

    // The client is told by serve_until().
    void raise_line() override;
    void raise_message(unsigned vector) override;
    bool settled() const override;

    bool attached() const;

    /// From any thread: makes serve_until() return, now and from now on.
    void stop();
    bool is_stopped() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace ghostcard::remote
