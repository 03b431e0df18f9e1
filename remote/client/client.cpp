// SPDX-License-Identifier: MIT
#include "../message_socket.h"

#include <ghostcard/remote/client.h>

#include <ghostcard/base/input_error.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace ghostcard::remote {

using namespace vfio_user;

namespace {

constexpr std::size_t most_files = 8;               ///< That go with one message.
constexpr std::size_t longest_message = 16u << 20;  ///< Bytes that a server may send.

std::string error_text(int error) { return std::generic_category().message(error); }

FileDescriptor connect_to(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& name = path.native();
    if (name.size() >= sizeof address.sun_path)
        throw InputError(fmt::format("--socket '{}' has {} bytes; a socket's path has at most {}", name, name.size(),
                                     sizeof address.sun_path - 1));
    std::ranges::copy(name, address.sun_path);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw InputError(fmt::format("cannot connect to '{}': {}", name, error_text(errno)));
    return socket;
}

}  // namespace

Client::Client(const std::filesystem::path& socket) : path_(socket), socket_(connect_to(socket)) {
    Version proposed;
    proposed.capabilities.max_msg_fds = most_files;
    proposed.capabilities.max_data_xfer_size = longest_transfer_;
    const auto answer = decode_version(request(Command::version, encode_version(proposed)));
    if (const auto* const problem = std::get_if<std::string>(&answer)) fail("answers VERSION wrongly: " + *problem);
    const Version& version = std::get<Version>(answer);
    if (version.major != 0)
        fail(fmt::format("speaks version {}.{} of vfio-user; 0.0 is known", version.major, version.minor));
    longest_transfer_ =
        std::min(longest_transfer_, version.capabilities.max_data_xfer_size.value_or(default_max_data_xfer_size));

    const auto info = request_body(Command::device_get_info, DeviceInfo{});
    if ((info.flags & DeviceInfo::is_pci) == 0 || info.regions <= config_region) fail("serves no PCI device");
    irqs_ = info.irqs;
    for (std::uint32_t index = 0; index <= config_region; ++index)
        region_sizes_.push_back(request_body(Command::device_get_region_info, RegionInfo{.index = index}).size);
}

std::uint64_t Client::region_size(std::uint32_t region) const {
    return region < region_sizes_.size() ? region_sizes_[region] : 0;
}

void Client::fail(const std::string& what) {
    socket_ = FileDescriptor();
    throw InputError(fmt::format("the server at '{}' {}", path_.native(), what));
}

void Client::fail_to_communicate(int error) {
    if (error == EPIPE || error == ECONNRESET) fail("has closed the connection; it may serve another client");
    fail("cannot be reached any more: " + error_text(error));
}

// ---- regions and memory ---------------------------------------------------------------------------------------------

void Client::read(std::uint32_t region, std::uint64_t offset, std::span<std::byte> data) {
    const RegionAccess access{offset, region, static_cast<std::uint32_t>(data.size())};
    Buffer body;
    append(body, access);
    const Buffer reply = request(Command::region_read, body);
    const auto found = decode_with_data<RegionAccess>(reply);
    if (!found || found->data.size() != data.size()) fail("answers REGION_READ with other data than were asked for");
    std::ranges::copy(found->data, data.begin());
}

void Client::write(std::uint32_t region, std::uint64_t offset, std::span<const std::byte> data) {
    Buffer body;
    append(body, RegionAccess{offset, region, static_cast<std::uint32_t>(data.size())});
    append(body, data);
    request(Command::region_write, body);
}

void Client::post(std::uint32_t region, std::uint64_t offset, std::span<const std::byte> data) {
    const RegionAccess access{offset, region, static_cast<std::uint32_t>(data.size())};
    send(MessageWriter(command_header(next_id_++, Command::region_write, true)).put(access).put(data).finish());
}

void Client::map(BusRange range, bool readable, bool writeable, int file, std::uint64_t file_offset) {
    Buffer body;
    append(body, DmaMap{.flags = (readable ? DmaMap::readable : 0u) | (writeable ? DmaMap::writeable : 0u),
                        .offset = file_offset,
                        .address = range.base().value,
                        .size = range.size()});
    request(Command::dma_map, body, {&file, file < 0 ? 0u : 1u});
}

void Client::unmap(BusRange range) {
    Buffer body;
    append(body, DmaUnmap{.address = range.base().value, .size = range.size()});
    request(Command::dma_unmap, body);
}

// ---- interrupts and reset -------------------------------------------------------------------------------------------

std::uint32_t Client::interrupts(std::uint32_t index) {
    return index < irqs_ ? request_body(Command::device_get_irq_info, IrqInfo{.index = index}).count : 0;
}

void Client::set_irqs(SetIrqs irqs, std::span<const int> files) {
    Buffer body;
    append(body, irqs);
    request(Command::device_set_irqs, body, files);
}

void Client::signal(std::uint32_t index, int eventfd) {
    if (eventfd < 0)
        set_irqs({.flags = SetIrqs::data_none | SetIrqs::trigger, .index = index}, {});
    else
        set_irqs({.flags = SetIrqs::data_eventfd | SetIrqs::trigger, .index = index, .count = 1}, {&eventfd, 1});
}

void Client::unmask_line() {
    set_irqs({.flags = SetIrqs::data_none | SetIrqs::unmask, .index = intx_irq, .count = 1}, {});
}

void Client::reset() { request(Command::device_reset, {}); }

// ---- messages -------------------------------------------------------------------------------------------------------

Buffer Client::request(Command command, std::span<const std::byte> payload, std::span<const int> files) {
    const std::uint16_t id = next_id_++;
    send(MessageWriter(command_header(id, command)).put(payload).finish(), files);
    for (;;) {
        Message message = receive();
        if (!message.header.is_reply) {
            answer(message);
            continue;
        }
        if (message.header.command != command)
            fail(fmt::format("answers {} by a reply to {}", to_text(command), to_text(message.header.command)));
        if (message.header.id != id) fail(fmt::format("answers {} by a reply to another one", to_text(command)));
        if (message.header.is_error)
            fail(fmt::format("refuses {}: {}", to_text(command), error_text(static_cast<int>(message.header.error))));
        return std::move(message.payload);
    }
}

template <FixedBody Body>
Body Client::request_body(Command command, const Body& body) {
    Buffer payload;
    append(payload, body);
    const auto reply = decode<Body>(request(command, payload));
    if (!reply) fail(fmt::format("answers {} with too few bytes", to_text(command)));
    return *reply;
}

void Client::answer_requests() {
    for (pollfd waiting{socket_.get(), POLLIN, 0}; has_unread() || poll(&waiting, 1, 0) > 0;) {
        const Message message = receive();
        if (message.header.is_reply) fail(fmt::format("answers {} unasked", to_text(message.header.command)));
        answer(message);
    }
}

/// The two things that a server asks.
void Client::answer(const Message& message) {
    const Header& header = message.header;
    const bool write = header.command == Command::dma_write;
    const auto access = decode<DmaAccess>(message.payload);
    const auto data = std::span(message.payload).subspan(access ? wire_size<DmaAccess>() : 0);
    const bool whole = access && (write ? data.size() == access->count : access->count <= longest_transfer_);
    const auto range = whole ? BusRange::of({access->address}, access->count) : std::nullopt;
    const auto memory = range && find_ ? find_(*range, write) : std::span<std::byte>();
    if (!write && header.command != Command::dma_read) return send(error_reply(header, ENOTSUP));
    if (!range || memory.size() != range->size()) return send(error_reply(header, range ? EFAULT : EINVAL));
    MessageWriter reply(reply_header(header));
    reply.put(*access);
    if (write)
        std::ranges::copy(data, memory.begin());
    else
        reply.put(memory);
    send(reply.finish());
}

Client::Message Client::receive() {
    std::array<std::byte, header_size> bytes{};
    if (!has_unread()) wait_to_receive();
    receive(bytes);
    const auto header = decode_header(bytes);
    if (!header || header->size > longest_message) fail("sends what is no message of vfio-user");
    Message message{*header, Buffer(header->payload_size())};
    receive(message.payload);
    return message;
}

/// A recv() that waits would be woken, and this process with it, when the server takes what it was sent, too.
void Client::wait_to_receive() {
    constexpr int milliseconds = reply_seconds * 1000;
    int ready = -1;
    for (pollfd waiting{socket_.get(), POLLIN, 0}; ready < 0;) {
        ready = poll(&waiting, 1, milliseconds);
        if (ready < 0 && errno != EINTR) fail_to_communicate(errno);
    }
    if (ready == 0) fail(fmt::format("has said nothing for {} s", reply_seconds));
}

/// Takes more than it is asked for, if it is there, so that a short message is one call to the system.
void Client::receive(std::span<std::byte> bytes) {
    for (;;) {
        const std::size_t taken = std::min(bytes.size(), unread_.size());
        std::ranges::copy(unread_.first(taken), bytes.begin());
        unread_ = unread_.subspan(taken);
        bytes = bytes.subspan(taken);
        if (bytes.empty()) return;
        const bool is_long = bytes.size() >= received_.size();
        const std::span<std::byte> into = is_long ? bytes : std::span<std::byte>(received_);
        const ssize_t count = recv(socket_.get(), into.data(), into.size(), MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) wait_to_receive();
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (count <= 0) fail_to_communicate(count == 0 ? EPIPE : errno);
        const auto got = into.first(static_cast<std::size_t>(count));
        if (is_long)
            bytes = bytes.subspan(got.size());
        else
            unread_ = got;
    }
}

void Client::send(std::span<const std::byte> bytes, std::span<const int> files) {
    while (!bytes.empty()) {
        const ssize_t count = send_some(socket_.get(), bytes, files, MSG_NOSIGNAL);
        if (count < 0) fail_to_communicate(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        files = {};
    }
}

}  // namespace ghostcard::remote
