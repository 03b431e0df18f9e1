// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/file_descriptor.h>
#include <sys/types.h>

#include <filesystem>

namespace ghostcard::remote {

/// A socket in the file system that listens, for this user only, and is removed when it goes.
class ListeningSocket {
public:
    /// Throws InputError if the path is too long for a socket, is taken, or lies in a folder that is not there or
    /// cannot be written to.
    explicit ListeningSocket(const std::filesystem::path& path);
    ~ListeningSocket();
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;

    /// Becomes readable when somebody comes.
    int descriptor() const { return socket_.get(); }
    /// Whoever has come; none, with errno, if nobody has or the host has no room. Does not wait.
    FileDescriptor accept();

private:
    std::filesystem::path path_;  ///< Absolute.
    FileDescriptor socket_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace ghostcard::remote
