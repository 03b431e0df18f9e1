// SPDX-License-Identifier: MIT
#include "listening_socket.h"

#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace ghostcard::remote {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;  // bytes

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
    throw InputError(fmt::format("cannot listen at '{}': {}", path.string(), why));
}

/// What a socket needs is looked at one by one, since bind() says no more than that it does not work.
void check(const fs::path& path, const fs::path& absolute) {
    std::error_code ignored;
    if (path.empty()) refuse(path, "a path is needed");
    if (absolute.native().size() > longest_path)
        refuse(path, fmt::format("the path has {} bytes, and a socket's has at most {}", absolute.native().size(),
                                 longest_path));
    const fs::path folder = absolute.parent_path();
    const fs::file_status status = fs::status(folder, ignored);
    if (!fs::exists(status)) refuse(path, fmt::format("there is no folder '{}'", folder.string()));
    if (!fs::is_directory(status)) refuse(path, fmt::format("'{}' is no folder", folder.string()));
    if (fs::exists(fs::symlink_status(absolute, ignored)))
        refuse(path, "it is there already; remove it, if no other server listens there");
    if (access(folder.c_str(), W_OK | X_OK) != 0)
        refuse(path, fmt::format("the folder '{}' cannot be written to", folder.string()));
}

}  // namespace

ListeningSocket::ListeningSocket(const fs::path& path) : path_(path.empty() ? path : fs::absolute(path)) {
    check(path, path_);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path_.native(), address.sun_path);
    socket_ = FileDescriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool is_bound = socket_ && fchmod(socket_.get(), S_IRUSR | S_IWUSR) == 0 &&  // which bind() gives to the file
                          bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (!is_bound) refuse(path, std::generic_category().message(errno));
    struct stat status {};
    if (stat(path_.c_str(), &status) == 0) {
        device_ = status.st_dev;
        inode_ = status.st_ino;
    }
    if (listen(socket_.get(), SOMAXCONN) != 0) refuse(path, std::generic_category().message(errno));
}

FileDescriptor ListeningSocket::accept() {
    return FileDescriptor(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

ListeningSocket::~ListeningSocket() {
    struct stat status {};
    const bool is_still_ours =
        lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
    if (is_still_ours) unlink(path_.c_str());
}

}  // namespace ghostcard::remote
