// SPDX-License-Identifier: MIT
#include <ghostcard/remote/vfio_user/header.h>
#include <ghostcard/remote/vfio_user/version.h>

#include <string>
#include <string_view>

#include "tests/support/catch.h"

using namespace ghostcard::remote::vfio_user;

namespace {

/// As QEMU 11.1.2 sends it: 214 bytes with the header.
constexpr std::string_view qemu_json =
    R"({"capabilities": {"pgsizes": 4096, "max_msg_fds": 16, "max_dma_maps": 65535, "max_data_xfer_size": 1048576, )"
    R"("migration": {"max_bitmap_size": 268435456, "pgsize": 4096}, "write_multiple": true}})";

Buffer payload(std::string_view json, bool terminated = true, std::uint8_t major = 0, std::uint8_t minor = 0) {
    Buffer buffer{std::byte{major}, std::byte{0}, std::byte{minor}, std::byte{0}};
    append(buffer, std::as_bytes(std::span(json)));
    if (terminated) buffer.push_back(std::byte{0});
    return buffer;
}

Version version(const Buffer& buffer) {
    const auto decoded = decode_version(buffer);
    REQUIRE(std::holds_alternative<Version>(decoded));
    return std::get<Version>(decoded);
}

std::string refusal(const Buffer& buffer) {
    const auto decoded = decode_version(buffer);
    return std::holds_alternative<std::string>(decoded) ? std::get<std::string>(decoded) : "accepted";
}

std::string refusal(const std::string& capabilities) {
    return refusal(payload("{\"capabilities\":{" + capabilities + "}}"));
}

Version answer(const Version& proposed, bool twin_socket = true) {
    const auto answered = answer_version(proposed, twin_socket);
    REQUIRE(std::holds_alternative<Version>(answered));
    return std::get<Version>(answered);
}

}  // namespace

TEST_CASE("QEMU's VERSION is understood, and what we do not know in it is passed over", "[remote][version]") {
    const Version proposed = version(payload(qemu_json));
    CHECK(payload(qemu_json).size() + header_size == 214);
    CHECK(proposed.major == 0);
    CHECK(proposed.minor == 0);
    CHECK(proposed.capabilities.pgsizes == 4096u);
    CHECK(proposed.capabilities.max_msg_fds == 16u);
    CHECK(proposed.capabilities.max_dma_maps == 65'535u);
    CHECK(proposed.capabilities.max_data_xfer_size == 1'048'576u);
    CHECK(proposed.capabilities.write_multiple);
    CHECK_FALSE(proposed.capabilities.twin_socket);
}

TEST_CASE("the answer to QEMU's VERSION has at most 214 bytes and no capability that QEMU did not name",
          "[remote][version]") {
    const Version answered = answer(version(payload(qemu_json)));
    CHECK_FALSE(answered.capabilities.twin_socket);
    const Buffer reply = encode_version(answered);
    CHECK(reply.size() + header_size <= 214);
    CHECK(reply ==
          payload(R"({"capabilities":{"max_data_xfer_size":1048576,"max_msg_fds":16,"write_multiple":true}})"));
}

TEST_CASE("the longest answer has at most 214 bytes", "[remote][version]") {
    const Version proposed = version(payload(
        R"({"capabilities":{"max_msg_fds":4294967295,"max_data_xfer_size":4294967295,"max_dma_maps":4294967295,)"
        R"("pgsizes":18446744073709551615,"write_multiple":true,"twin_socket":{"supported":true}}})"));
    const Version answered = answer(proposed);
    CHECK(answered.capabilities.twin_socket);
    CHECK(encode_version(answered).size() + header_size <= 214);
}

TEST_CASE("a client that says nothing of capabilities is told nothing of them", "[remote][version]") {
    for (const Buffer& silent : {payload("", false), payload("{}"), payload(R"({"capabilities":{}})")})
        CHECK(encode_version(answer(version(silent))) == payload("", false));
}

TEST_CASE("of each limit the smaller one holds", "[remote][version]") {
    Version proposed;
    proposed.capabilities.max_data_xfer_size = 4096;
    proposed.capabilities.max_msg_fds = 2;
    CHECK(answer(proposed).capabilities.max_data_xfer_size == 4096u);
    CHECK(answer(proposed).capabilities.max_msg_fds == 2u);
    proposed.capabilities.max_data_xfer_size = 1u << 30;
    proposed.capabilities.max_msg_fds = 1000;
    CHECK(answer(proposed).capabilities.max_data_xfer_size == default_max_data_xfer_size);
    CHECK(answer(proposed).capabilities.max_msg_fds == served_max_msg_fds);
}

TEST_CASE("the answer's minor version is not above the proposed one", "[remote][version]") {
    CHECK(answer(version(payload("{}", true, 0, 0))).minor == 0);
    CHECK(answer(version(payload("{}", true, 0, 9))).minor == 0);
}

TEST_CASE("another major version is refused", "[remote][version]") {
    const auto answered = answer_version(version(payload("{}", true, 1, 2)), true);
    REQUIRE(std::holds_alternative<std::string>(answered));
    CHECK(std::get<std::string>(answered) == "version 1.2 is not 0.x");
}

TEST_CASE("a second socket is offered to who can use one, as the first file descriptor", "[remote][version]") {
    const Version proposed = version(payload(R"({"capabilities":{"twin_socket":{"supported":true}}})"));
    CHECK(proposed.capabilities.twin_socket);
    CHECK(encode_version(answer(proposed)) ==
          payload(R"({"capabilities":{"twin_socket":{"fd_index":0,"supported":true}}})"));
    CHECK(encode_version(answer(proposed, false)) == payload("", false));
    CHECK_FALSE(version(payload(R"({"capabilities":{"twin_socket":{}}})")).capabilities.twin_socket);
    CHECK_FALSE(version(payload(R"({"capabilities":{"twin_socket":{"supported":false}}})")).capabilities.twin_socket);
}

TEST_CASE("a negative or absurd max_data_xfer_size is refused", "[remote][version]") {
    const std::string range = "max_data_xfer_size is no whole number from 64 to 4294967295";
    CHECK(refusal(R"("max_data_xfer_size":64)") == "accepted");
    CHECK(refusal(R"("max_data_xfer_size":63)") == range);
    CHECK(refusal(R"("max_data_xfer_size":0)") == range);
    CHECK(refusal(R"("max_data_xfer_size":-1)") == range);
    CHECK(refusal(R"("max_data_xfer_size":4294967295)") == "accepted");
    CHECK(refusal(R"("max_data_xfer_size":4294967296)") == range);
    CHECK(refusal(R"("max_data_xfer_size":1e99)") == range);
    CHECK(refusal(R"("max_data_xfer_size":4096.5)") == range);
    CHECK(refusal(R"("max_data_xfer_size":"4096")") == range);
    CHECK(refusal(R"("max_data_xfer_size":null)") == range);
}

TEST_CASE("a capability of another type is refused, and named", "[remote][version]") {
    CHECK(refusal(R"("max_msg_fds":-1)") == "max_msg_fds is no whole number from 0 to 4294967295");
    CHECK(refusal(R"("max_dma_maps":[])") == "max_dma_maps is no whole number from 0 to 4294967295");
    CHECK(refusal(R"("pgsizes":"4k")") == "pgsizes is no whole number from 0 to 18446744073709551615");
    CHECK(refusal(R"("write_multiple":1)") == "write_multiple is neither true nor false");
    CHECK(refusal(R"("twin_socket":true)") == "twin_socket is no object");
    CHECK(refusal(R"("twin_socket":{"supported":"yes"})") == "supported is neither true nor false");
    CHECK(refusal(R"("twin_socket":{"fd_index":-1})") == "fd_index is no whole number from 0 to 4294967295");
}

TEST_CASE("VERSION's data are a JSON object that ends with a NUL", "[remote][version]") {
    CHECK(refusal(payload("{}")) == "accepted");
    CHECK(refusal(payload("{}", false)) == "VERSION's JSON does not end with a NUL");
    CHECK(refusal(payload("")) == "VERSION's data are no JSON object");
    CHECK(refusal(payload("[]")) == "VERSION's data are no JSON object");
    CHECK(refusal(payload("{")) == "VERSION's data are no JSON object");
    CHECK(refusal(payload("{}x")) == "VERSION's data are no JSON object");
    CHECK(refusal(payload("\xff")) == "VERSION's data are no JSON object");
    CHECK(refusal(payload(R"({"capabilities":7})")) == "capabilities is no object");
    CHECK(refusal(Buffer(3)) == "VERSION is shorter than its two numbers");
}

TEST_CASE("JSON that nests to the end of the message is refused and harms nobody", "[remote][version]") {
    CHECK(refusal(payload(std::string(largest_version_message, '['))) == "VERSION's data are no JSON object");
    const std::string half(largest_version_message / 2, '[');
    CHECK(refusal(payload(half + std::string(half.size(), ']'))) == "VERSION's data are no JSON object");
}

TEST_CASE("what is encoded is what is decoded", "[remote][version]") {
    Version all;
    all.minor = 3;
    all.capabilities = {7, 4096, 99, 0x3000, true, true, 1};
    CHECK(version(encode_version(all)) == all);
    CHECK(version(encode_version(Version{})) == Version{});
}
