// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/device.h>
#include <ghostcard/remote/file_descriptor.h>
#include <ghostcard/remote/vfio_user/header.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ghostcard::remote {

/// What a command comes to: an errno, or the payload of its reply.
struct Outcome {
    int error = 0;
    vfio_user::Buffer payload;
    std::vector<FileDescriptor> files;

    static Outcome failed(int error) { return {error, {}, {}}; }
    template <vfio_user::FixedBody Body>
    static Outcome with(const Body& body) {
        Outcome outcome;
        append(outcome.payload, body);
        return outcome;
    }
};

/// The commands that ask about the device or touch its registers. Each takes the payload of the request. EINVAL for a
/// payload that is not whole, for an index that there is not, and for an access that does not lie inside its region, is
/// empty or moves more than `max_data_xfer_size` bytes.
Outcome get_info(std::span<const std::byte> payload);
Outcome get_region_info(const Device& device, std::span<const std::byte> payload);
/// No part of a region has a file descriptor to be notified by.
Outcome get_region_io_fds(std::span<const std::byte> payload);
Outcome get_irq_info(std::span<const std::byte> payload);
Outcome read_region(Device& device, std::span<const std::byte> payload, std::uint32_t max_data_xfer_size);
Outcome write_region(Device& device, std::span<const std::byte> payload, std::uint32_t max_data_xfer_size);
/// All writes are looked at before the first is done.
Outcome write_region_multi(Device& device, std::span<const std::byte> payload);

}  // namespace ghostcard::remote
