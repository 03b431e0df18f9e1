// SPDX-License-Identifier: MIT
#include <ghostcard/remote/vfio_user/header.h>

#include <fmt/format.h>

#include <tuple>

namespace ghostcard::remote::vfio_user {
namespace {

constexpr std::uint32_t type_mask = 0xf, type_command = 0, type_reply = 1;
constexpr std::uint32_t flag_no_reply = 0x10, flag_error = 0x20;
constexpr std::size_t size_offset = 4;
constexpr std::size_t ordinary_size = 64;  ///< Bytes: most messages are no longer.

struct RawHeader {
    std::uint16_t id = 0;
    std::uint16_t command = 0;
    std::uint32_t size = 0;
    std::uint32_t flags = 0;
    std::uint32_t error = 0;

    static constexpr auto fields() {
        return std::tuple{&RawHeader::id, &RawHeader::command, &RawHeader::size, &RawHeader::flags, &RawHeader::error};
    }
};
static_assert(wire_size<RawHeader>() == header_size);

}  // namespace

std::string to_text(Command command) {
    switch (command) {
        case Command::version: return "VERSION";
        case Command::dma_map: return "DMA_MAP";
        case Command::dma_unmap: return "DMA_UNMAP";
        case Command::device_get_info: return "DEVICE_GET_INFO";
        case Command::device_get_region_info: return "DEVICE_GET_REGION_INFO";
        case Command::device_get_region_io_fds: return "DEVICE_GET_REGION_IO_FDS";
        case Command::device_get_irq_info: return "DEVICE_GET_IRQ_INFO";
        case Command::device_set_irqs: return "DEVICE_SET_IRQS";
        case Command::region_read: return "REGION_READ";
        case Command::region_write: return "REGION_WRITE";
        case Command::dma_read: return "DMA_READ";
        case Command::dma_write: return "DMA_WRITE";
        case Command::device_reset: return "DEVICE_RESET";
        case Command::region_write_multi: return "REGION_WRITE_MULTI";
        case Command::device_feature: return "DEVICE_FEATURE";
        case Command::mig_data_read: return "MIG_DATA_READ";
        case Command::mig_data_write: return "MIG_DATA_WRITE";
    }
    return fmt::format("command {}", static_cast<unsigned>(command));
}

std::optional<Header> decode_header(std::span<const std::byte, header_size> bytes) {
    const RawHeader raw = decode<RawHeader>(bytes).value_or(RawHeader{});
    const std::uint32_t type = raw.flags & type_mask;
    if (raw.size < header_size || (type != type_command && type != type_reply)) return std::nullopt;
    return Header{raw.id,
                  Command{raw.command},
                  raw.size,
                  type == type_reply,
                  (raw.flags & flag_no_reply) != 0,
                  (raw.flags & flag_error) != 0,
                  raw.error};
}

MessageWriter::MessageWriter(const Header& header) {
    buffer_.reserve(ordinary_size);
    const std::uint32_t flags = (header.is_reply ? type_reply : type_command) | (header.no_reply ? flag_no_reply : 0) |
                                (header.is_error ? flag_error : 0);
    append(buffer_, RawHeader{header.id, static_cast<std::uint16_t>(header.command), header.size, flags, header.error});
}

Buffer MessageWriter::finish() {
    store_little_endian(buffer_.size(), std::span(buffer_).subspan(size_offset, sizeof(std::uint32_t)));
    return std::move(buffer_);
}

Header command_header(std::uint16_t id, Command command, bool no_reply) {
    Header header;
    header.id = id;
    header.command = command;
    header.no_reply = no_reply;
    return header;
}

Header reply_header(const Header& command) {
    Header header;
    header.id = command.id;
    header.command = command.command;
    header.is_reply = true;
    return header;
}

Buffer error_reply(const Header& command, int error) {
    Header header = reply_header(command);
    header.is_error = true;
    header.error = static_cast<std::uint32_t>(error);
    return MessageWriter(header).finish();
}

}  // namespace ghostcard::remote::vfio_user
