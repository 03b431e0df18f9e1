// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_constraints.h>
#include <ghostcard/remote/file_descriptor.h>
#include <ghostcard/remote/vfio_user/header.h>
#include <ghostcard/remote/vfio_user/irqs.h>
#include <ghostcard/remote/vfio_user/messages.h>
#include <ghostcard/remote/vfio_user/version.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ghostcard::remote {

/// A PCI function on a vfio-user server's socket, as whoever drives it sees it. One request at a time: each call
/// returns when the server has answered. All of them throw InputError, which names the socket, when the server refuses,
/// breaks the protocol, has gone, or says nothing for reply_seconds; that ends the connection.
class Client {
public:
    static constexpr int reply_seconds = 5;

    /// Connects, agrees on a version and asks what there is. Throws InputError unless it is a PCI function.
    explicit Client(const std::filesystem::path& socket);

    /// Bytes of a region; 0: there is no such one.
    std::uint64_t region_size(std::uint32_t region) const;
    /// The whole access lies in the region.
    void read(std::uint32_t region, std::uint64_t offset, std::span<std::byte> data);
    void write(std::uint32_t region, std::uint64_t offset, std::span<const std::byte> data);
    /// Posted: nobody waits, and nobody hears if it fails.
    void post(std::uint32_t region, std::uint64_t offset, std::span<const std::byte> data);

    /// Lets the device reach a part of a file, in whole pages, at these bus addresses; file -1: memory that only
    /// messages reach, see on_dma().
    void map(BusRange range, bool readable, bool writeable, int file, std::uint64_t file_offset);
    /// The range exactly as it was mapped.
    void unmap(BusRange range);
    /// The bytes behind a range of which the server's messages want to read or write all; none if it must not.
    void on_dma(std::function<std::span<std::byte>(BusRange range, bool write)> find) { find_ = std::move(find); }

    /// How many interrupts there are of a kind.
    std::uint32_t interrupts(std::uint32_t index);
    /// Interrupt 0 of a kind is to be signalled through this eventfd from now on; -1: not any more.
    void signal(std::uint32_t index, int eventfd);
    /// INTA# may interrupt again, and does so at once if it is still asserted.
    void unmask_line();

    void reset();

    bool is_connected() const { return static_cast<bool>(socket_); }
    /// Becomes readable when the server has something to say unasked; what it has said already may be unread here.
    int descriptor() const { return socket_.get(); }
    bool has_unread() const { return !unread_.empty(); }
    /// Answers what the server has asked meanwhile; waits for nothing but the rest of a message.
    void answer_requests();

private:
    struct Message {
        vfio_user::Header header;
        vfio_user::Buffer payload;
    };

    vfio_user::Buffer request(vfio_user::Command command, std::span<const std::byte> payload,
                              std::span<const int> files = {});
    template <vfio_user::FixedBody Body>
    Body request_body(vfio_user::Command command, const Body& body);
    void set_irqs(vfio_user::SetIrqs irqs, std::span<const int> files);
    Message receive();
    void wait_to_receive();
    void receive(std::span<std::byte> bytes);
    void send(std::span<const std::byte> bytes, std::span<const int> files = {});
    void answer(const Message& message);
    [[noreturn]] void fail(const std::string& what);
    [[noreturn]] void fail_to_communicate(int error);

    const std::filesystem::path path_;
    FileDescriptor socket_;
    std::uint16_t next_id_ = 0;
    std::uint32_t longest_transfer_ = vfio_user::default_max_data_xfer_size;
    std::vector<std::uint64_t> region_sizes_;
    std::uint32_t irqs_ = 0;
    std::function<std::span<std::byte>(BusRange, bool)> find_;
    std::array<std::byte, 4096> received_{};
    std::span<const std::byte> unread_;  ///< Of received_.
};

}  // namespace ghostcard::remote
