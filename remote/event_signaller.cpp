// SPDX-License-Identifier: MIT
#include "event_signaller.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace ghostcard::remote {
namespace {

/// One signal at a time is under way.
constexpr long most_reads = 1;

[[noreturn]] void refuse(const char* what) {
    throw InputError(
        fmt::format("interrupts are signalled by asynchronous I/O, and {} fails: {}; the limit is fs.aio-max-nr", what,
                    std::generic_category().message(errno)));
}

}  // namespace

EventSignaller::EventSignaller() : nothing_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {
    if (!nothing_) refuse("opening /dev/null");
    if (syscall(SYS_io_setup, most_reads, &context_) != 0) refuse("io_setup()");
}

EventSignaller::~EventSignaller() { syscall(SYS_io_destroy, context_); }

void EventSignaller::signal(int eventfd) {
    std::byte unused{};
    iocb read{};
    read.aio_lio_opcode = IOCB_CMD_PREAD;
    read.aio_fildes = static_cast<std::uint32_t>(nothing_.get());
    read.aio_buf = reinterpret_cast<std::uintptr_t>(&unused);
    read.aio_nbytes = sizeof unused;
    read.aio_flags = IOCB_FLAG_RESFD;
    read.aio_resfd = static_cast<std::uint32_t>(eventfd);
    iocb* reads[] = {&read};
    io_event completion{};
    const bool is_complete =
        syscall(SYS_io_submit, context_, most_reads, reads) == most_reads &&
        syscall(SYS_io_getevents, context_, most_reads, most_reads, &completion, nullptr) == most_reads;
    if (!is_complete) throw std::system_error(errno, std::generic_category(), "signalling an eventfd");
}

}  // namespace ghostcard::remote
