// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/vfio_user/wire.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

/// The vfio-user protocol, version 0.0, as QEMU's docs/interop/vfio-user.rst has it: what is on the socket, and nothing
/// of how it gets there. "Request" is what a command asks with, "reply" what it is answered with.
namespace ghostcard::remote::vfio_user {

enum class Command : std::uint16_t {
    version = 1,
    dma_map = 2,
    dma_unmap = 3,
    device_get_info = 4,
    device_get_region_info = 5,
    device_get_region_io_fds = 6,
    device_get_irq_info = 7,
    device_set_irqs = 8,
    region_read = 9,
    region_write = 10,
    dma_read = 11,  ///< From the server to the client, as the next.
    dma_write = 12,
    device_reset = 13,
    region_write_multi = 15,
    device_feature = 16,
    mig_data_read = 17,
    mig_data_write = 18,
};

/// "DMA_MAP", as the specification has it without VFIO_USER_; "command 99" for one that it has not.
std::string to_text(Command command);

inline constexpr std::size_t header_size = 16;  ///< Bytes.

/// What every message begins with.
struct Header {
    std::uint16_t id = 0;              ///< The sender's own; its reply has the same.
    Command command{};                 ///< Any number: who gets it decides whether there is such a command.
    std::uint32_t size = header_size;  ///< Bytes of the message, header included.
    bool is_reply = false;
    bool no_reply = false;    ///< A command: that is not to be answered, whatever becomes of it.
    bool is_error = false;    ///< A reply: that the command has failed, and the message ends here.
    std::uint32_t error = 0;  ///< ...with this errno, which may be 0 all the same.

    std::uint32_t payload_size() const { return size - static_cast<std::uint32_t>(header_size); }
    friend bool operator==(const Header&, const Header&) = default;
};

/// Nothing if it is neither command nor reply, or smaller than itself. Flags that the specification does not have are
/// left alone.
std::optional<Header> decode_header(std::span<const std::byte, header_size> bytes);

/// A message as it goes out, header first.
class MessageWriter {
public:
    explicit MessageWriter(const Header& header);

    template <FixedBody Body>
    MessageWriter& put(const Body& body) {
        append(buffer_, body);
        return *this;
    }
    MessageWriter& put(std::span<const std::byte> bytes) {
        append(buffer_, bytes);
        return *this;
    }
    /// With the size that it has come to; not to be used afterwards.
    Buffer finish();

private:
    Buffer buffer_;
};

/// The header of a command; its size is set by MessageWriter.
Header command_header(std::uint16_t id, Command command, bool no_reply = false);
/// The header of a reply to that command.
Header reply_header(const Header& command);
/// The whole of a reply to a command that has failed.
Buffer error_reply(const Header& command, int error);

}  // namespace ghostcard::remote::vfio_user
