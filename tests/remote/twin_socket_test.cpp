// SPDX-License-Identifier: MIT
#include <string>

#include "tests/remote/session_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;

namespace {

/// A client that has taken a twin, for whose end an event file stands, and given 1 MiB at 0x100000 without a file.
struct Bench : SessionBench {
    Bench() : SessionBench({}, event_file()) {
        negotiate(R"("twin_socket":{"supported":true})");
        REQUIRE(map(0x10'0000, 0x10'0000) == 0);
    }
    /// What the server sends when the device writes.
    Sent dma() {
        REQUIRE(device.dma_write(0x10'0000, 4, std::byte{1}));
        session.flush(now);
        CHECK_FALSE(sent(Channel::main));
        std::optional<Sent> message = sent(Channel::twin);
        REQUIRE(message.has_value());
        return std::move(*message);
    }
};

}  // namespace

TEST_CASE("with a twin socket DMA and its answers go over it", "[remote][dma]") {
    Bench bench;
    const Sent write = bench.dma();
    CHECK(write.header.command == Command::dma_write);
    bench.answer(write, {}, 0, Channel::twin);
    CHECK(bench.session.is_settled());
}

TEST_CASE("a reply or a command on the wrong socket is the end", "[remote][dma]") {
    Bench bench;
    const Sent write = bench.dma();
    SECTION("a reply on the main one") {
        bench.answer(write);
        CHECK(bench.session.reason_to_end() == "a reply on the wrong socket");
    }
    SECTION("a command on the twin") {
        bench.session.handle(Channel::twin, Message{vfio_user::command_header(1, Command::device_reset), {}, {}});
        CHECK(bench.session.reason_to_end() == "a command on the socket for the server's commands");
        CHECK(bench.device.diary.back() != "reset");
    }
}

TEST_CASE("the twin is given with VERSION's answer, to who can use it", "[remote][dma]") {
    const FileDescriptor twin = event_file();
    SessionBench without({}, copy_of(twin));
    without.negotiate();
    CHECK(without.twin_of_client);

    SessionBench with({}, copy_of(twin));
    const std::string json = R"({"capabilities":{"twin_socket":{"supported":true}}})";
    const Sent reply = with.ask(Command::version, version_payload(json));
    REQUIRE(reply.files.size() == 1);
    CHECK_FALSE(with.twin_of_client);
    const auto version = vfio_user::decode_version(reply.payload);
    REQUIRE(std::holds_alternative<vfio_user::Version>(version));
    CHECK(std::get<vfio_user::Version>(version).capabilities.twin_socket);
    CHECK(std::get<vfio_user::Version>(version).capabilities.twin_socket_fd == 0u);
}
