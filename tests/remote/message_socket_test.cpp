// SPDX-License-Identifier: MIT
#include "remote/message_socket.h"

#include <ghostcard/remote/vfio_user/header.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "tests/remote/files.h"
#include "tests/remote/session_bench.h"
#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using remote::MessageReceiver;
using remote::MessageSender;
using remote::Transfer;

namespace {

constexpr std::uint32_t largest = 1 << 20;

struct Bench {
    Bench() {
        std::array<int, 2> ends{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::runtime_error("no socket");
        here = FileDescriptor(ends[0]);
        there = FileDescriptor(ends[1]);
    }
    void put(std::span<const std::byte> bytes, unsigned files = 0) {
        Outgoing part{Buffer(bytes.begin(), bytes.end()), {}};
        for (unsigned i = 0; i < files; ++i) part.files.push_back(event_file());
        std::vector<char> control(CMSG_SPACE(sizeof(int) * files));
        iovec piece{part.bytes.data(), part.bytes.size()};
        msghdr leaving{};
        leaving.msg_iov = &piece;
        leaving.msg_iovlen = 1;
        if (files != 0) {
            leaving.msg_control = control.data();
            leaving.msg_controllen = control.size();
            cmsghdr* const header = CMSG_FIRSTHDR(&leaving);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int) * files);
            for (unsigned i = 0; i < files; ++i) {
                const int file = part.files[i].get();
                std::memcpy(CMSG_DATA(header) + i * sizeof file, &file, sizeof file);
            }
        }
        REQUIRE(sendmsg(there.get(), &leaving, 0) == static_cast<ssize_t>(bytes.size()));
    }
    Transfer receive(std::uint32_t limit = largest) { return receiver.receive(here.get(), limit, message); }

    FileDescriptor here, there;
    MessageReceiver receiver;
    Message message;
};

Buffer message_of(std::uint16_t id, const Buffer& payload) {
    return vfio_user::MessageWriter(vfio_user::command_header(id, Command::region_write))
        .put(std::span<const std::byte>(payload))
        .finish();
}

}  // namespace

TEST_CASE("a message may come in pieces of any size", "[remote][socket]") {
    const Buffer bytes = message_of(7, data_of(40, 3));
    const std::size_t piece = GENERATE(1u, 3u, 15u, 16u, 17u, 56u);
    Bench bench;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        CHECK(bench.receive() == Transfer::would_block);
        bench.put(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    }
    CHECK(bench.receive() == Transfer::complete);
    CHECK(bench.message.header.id == 7);
    CHECK(bench.message.payload == data_of(40, 3));
    CHECK(bench.receive() == Transfer::would_block);
}

TEST_CASE("a message without payload is complete with its header", "[remote][socket]") {
    Bench bench;
    bench.put(message_of(1, {}));
    CHECK(bench.receive() == Transfer::complete);
    CHECK(bench.message.payload.empty());
}

TEST_CASE("files belong to the message that they came with", "[remote][socket]") {
    Bench bench;
    bench.put(message_of(1, data_of(8, 1)), 1);
    bench.put(message_of(2, data_of(8, 2)));
    bench.put(message_of(3, data_of(8, 3)), 2);
    for (const auto& [id, files] : std::vector<std::pair<std::uint16_t, std::size_t>>{{1, 1}, {2, 0}, {3, 2}}) {
        REQUIRE(bench.receive() == Transfer::complete);
        CHECK(bench.message.header.id == id);
        CHECK(bench.message.files.size() == files);
    }
}

TEST_CASE("files that come with a later piece of a message are its files too", "[remote][socket]") {
    Bench bench;
    const Buffer bytes = message_of(1, data_of(8, 1));
    bench.put(std::span(bytes).first(20), 1);
    CHECK(bench.receive() == Transfer::would_block);
    bench.put(std::span(bytes).subspan(20), 1);
    REQUIRE(bench.receive() == Transfer::complete);
    CHECK(bench.message.files.size() == 2);
}

TEST_CASE("files are not inherited by programs that are started", "[remote][socket]") {
    Bench bench;
    bench.put(message_of(1, {}), 1);
    REQUIRE(bench.receive() == Transfer::complete);
    CHECK((fcntl(bench.message.files.front().get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("the files of a message that never becomes whole are closed", "[remote][socket]") {
    const std::size_t files = open_files();
    {
        Bench bench;
        const Buffer bytes = message_of(1, data_of(8, 1));
        bench.put(std::span(bytes).first(GENERATE(1u, 15u, 16u, 20u)), 16);
        CHECK(bench.receive() == Transfer::would_block);
        CHECK(open_files() == files + 2 + 16);
        bench.there = FileDescriptor();
        CHECK(bench.receive() == Transfer::closed);
    }
    CHECK(open_files() == files);
}

TEST_CASE("a message has 16 files at the most, in one piece or in several", "[remote][socket]") {
    Bench bench;
    SECTION("16") {
        bench.put(message_of(1, {}), 16);
        CHECK(bench.receive() == Transfer::complete);
        CHECK(bench.message.files.size() == 16);
    }
    SECTION("17 at once") {
        bench.put(message_of(1, {}), 17);
        CHECK(bench.receive() == Transfer::violation);
    }
    SECTION("17 in pieces") {
        const Buffer bytes = message_of(1, data_of(8, 1));
        bench.put(std::span(bytes).first(16), 16);
        bench.put(std::span(bytes).subspan(16), 1);
        CHECK(bench.receive() == Transfer::violation);
    }
}

TEST_CASE("a size is looked at before there is memory for it", "[remote][socket]") {
    Bench bench;
    Buffer bytes = message_of(1, data_of(84, 1));
    SECTION("as large as allowed") {
        bench.put(bytes);
        CHECK(bench.receive(100) == Transfer::complete);
    }
    SECTION("larger than allowed") {
        bench.put(bytes);
        CHECK(bench.receive(99) == Transfer::violation);
    }
    SECTION("larger than anything") {
        std::ranges::fill(std::span(bytes).subspan(4, 4), std::byte{0xff});
        bench.put(bytes);
        CHECK(bench.receive() == Transfer::violation);
    }
    SECTION("smaller than a header") {
        store_little_endian(15, std::span(bytes).subspan(4, 4));
        bench.put(bytes);
        CHECK(bench.receive() == Transfer::violation);
    }
}

TEST_CASE("a message that the other side has no room for goes on where it stopped", "[remote][socket]") {
    Bench bench;
    MessageSender sender;
    const Outgoing large{message_of(5, data_of(largest, 9)), {}}, small{message_of(6, {}), {}};
    MessageReceiver receiver;
    Message message;
    REQUIRE(sender.send(bench.here.get(), large) == Transfer::would_block);
    unsigned pieces = 0;
    while (receiver.receive(bench.there.get(), 2 * largest, message) == Transfer::would_block) {
        ++pieces;
        sender.send(bench.here.get(), large);
    }
    CHECK(pieces > 1);
    CHECK(message.payload == data_of(largest, 9));
    CHECK(sender.send(bench.here.get(), small) == Transfer::complete);
    CHECK(receiver.receive(bench.there.get(), largest, message) == Transfer::complete);
    CHECK(message.header.id == 6);
}

TEST_CASE("files go with the first byte, once", "[remote][socket]") {
    Bench bench;
    MessageSender sender;
    Outgoing outgoing{message_of(1, data_of(largest, 9)), {}};
    outgoing.files.push_back(event_file());
    MessageReceiver receiver;
    Message message;
    while (sender.send(bench.here.get(), outgoing) == Transfer::would_block)
        REQUIRE(receiver.receive(bench.there.get(), 2 * largest, message) == Transfer::would_block);
    REQUIRE(receiver.receive(bench.there.get(), 2 * largest, message) == Transfer::complete);
    CHECK(message.files.size() == 1);
}

TEST_CASE("sending to who has closed says so, and no signal kills us", "[remote][socket]") {
    Bench bench;
    bench.there = FileDescriptor();
    MessageSender sender;
    CHECK(sender.send(bench.here.get(), {message_of(1, {}), {}}) == Transfer::closed);
}
