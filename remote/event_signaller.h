// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/file_descriptor.h>
#include <linux/aio_abi.h>

namespace ghostcard::remote {

/// Signals eventfds of somebody else and never waits. write() cannot promise that: it waits while the counter is full,
/// unless the file is non-blocking, and that is the client's to change between any two calls of ours. The kernel also
/// signals an eventfd when asynchronous I/O is complete, and there it never waits (eventfd(2), POLLERR). So each signal
/// is a read of nothing.
class EventSignaller {
public:
    /// Throws InputError if the kernel has no room for asynchronous I/O.
    EventSignaller();
    ~EventSignaller();
    EventSignaller(const EventSignaller&) = delete;
    EventSignaller& operator=(const EventSignaller&) = delete;

    /// Adds one to the counter of an eventfd. One that was full stands at 2^64 - 1 then.
    void signal(int eventfd);

private:
    FileDescriptor nothing_;
    aio_context_t context_ = 0;
};

}  // namespace ghostcard::remote
