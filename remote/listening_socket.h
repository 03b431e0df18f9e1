// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <utility>  // Boost 1.74's awaitable.hpp wants it, and does not include it

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace ghostcard::remote {

/// A socket in the file system that listens, for this user only, and is removed when it goes.
class ListeningSocket {
public:
    /// Throws InputError if the path is too long for a socket, is taken, or lies in a folder that is not there or
    /// cannot be written to.
    ListeningSocket(boost::asio::io_context& context, const std::filesystem::path& path);
    ~ListeningSocket();
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;

    boost::asio::local::stream_protocol::acceptor& acceptor() { return acceptor_; }

private:
    std::filesystem::path path_;  ///< Absolute.
    boost::asio::local::stream_protocol::acceptor acceptor_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace ghostcard::remote
