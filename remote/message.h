// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/file_descriptor.h>
#include <ghostcard/remote/vfio_user/header.h>

#include <vector>

namespace ghostcard::remote {

/// Commands of the client and what answers them go over the main socket; commands of the server and what answers those
/// too, unless the client has taken a twin.
enum class Channel { main, twin };

/// A message that has arrived whole.
struct Message {
    vfio_user::Header header;
    vfio_user::Buffer payload;
    std::vector<FileDescriptor> files;
};

/// A message that is to go out.
struct Outgoing {
    vfio_user::Buffer bytes;
    std::vector<FileDescriptor> files;  ///< Go with the first byte.
};

}  // namespace ghostcard::remote
