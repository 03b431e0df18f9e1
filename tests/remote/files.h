// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/file_descriptor.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace ghostcard::tests {

using remote::FileDescriptor;

inline FileDescriptor checked(int descriptor) {
    if (descriptor < 0) throw std::runtime_error("no file descriptor");
    return FileDescriptor(descriptor);
}
inline FileDescriptor copy_of(const FileDescriptor& file) { return checked(dup(file.get())); }

inline constexpr int seals_of_qemu = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;

/// As QEMU's memory-backend-memfd, if sealed so.
inline FileDescriptor memory_file(std::uint64_t size, int seals = seals_of_qemu) {
    FileDescriptor file = checked(memfd_create("client", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (ftruncate(file.get(), static_cast<off_t>(size)) != 0 || fcntl(file.get(), F_ADD_SEALS, seals) != 0)
        throw std::runtime_error("no memory file");
    return file;
}
/// The same file once more, opened differently.
inline FileDescriptor reopened(const FileDescriptor& file, int mode) {
    const std::string path = "/proc/self/fd/" + std::to_string(file.get());
    return checked(open(path.c_str(), mode | O_CLOEXEC));
}
inline std::vector<std::byte> content(const FileDescriptor& file, std::uint64_t offset, std::size_t size) {
    std::vector<std::byte> bytes(size);
    const ssize_t count = pread(file.get(), bytes.data(), size, static_cast<off_t>(offset));
    bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return bytes;
}

/// Not blocking, so that a test which finds nothing fails and does not hang.
inline FileDescriptor event_file() { return checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
/// How often it was signalled since it was asked last.
inline std::uint64_t signals(const FileDescriptor& file) {
    std::uint64_t count = 0;
    return read(file.get(), &count, sizeof count) == sizeof count ? count : 0;
}

inline std::size_t open_files() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace ghostcard::tests
