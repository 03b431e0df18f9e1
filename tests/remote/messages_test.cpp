// SPDX-License-Identifier: MIT
#include <ghostcard/base/random.h>
#include <ghostcard/remote/vfio_user/header.h>
#include <ghostcard/remote/vfio_user/irqs.h>
#include <ghostcard/remote/vfio_user/messages.h>

#include <array>
#include <initializer_list>

#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::remote::vfio_user;

namespace {

Buffer bytes(std::initializer_list<unsigned> values) {
    Buffer buffer;
    for (const unsigned value : values) buffer.push_back(static_cast<std::byte>(value));
    return buffer;
}

template <class Body>
Buffer encoded(const Body& body) {
    Buffer buffer;
    append(buffer, body);
    return buffer;
}

std::optional<Header> header_of(const Buffer& message) {
    return decode_header(std::span(message).first<header_size>());
}

/// For each number of bytes below the body's: nothing; from there on: what was encoded.
template <class Body>
void check_round_trip(const Body& body) {
    Buffer buffer = encoded(body);
    REQUIRE(buffer.size() == wire_size<Body>());
    for (std::size_t size = 0; size < buffer.size(); ++size)
        CHECK_FALSE(decode<Body>(std::span(buffer).first(size)).has_value());
    CHECK(decode<Body>(buffer) == body);
    buffer.push_back(std::byte{7});
    CHECK(decode<Body>(buffer) == body);
}

}  // namespace

TEST_CASE("a header has 16 bytes, little-endian", "[remote]") {
    Header header = command_header(0x1234, Command::region_read);
    header.size = 0x01020304;
    const Buffer written = MessageWriter(header).put(RegionAccess{0x10, 7, 4}).finish();
    CHECK(written == bytes({0x34, 0x12, 9, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  //
                            0x10, 0,    0, 0, 0,  0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 0}));
    header.size = 32;
    CHECK(header_of(written) == header);
    CHECK(header.payload_size() == 16);
}

TEST_CASE("the flags of a header say reply, no reply wanted, and error", "[remote]") {
    CHECK(MessageWriter(command_header(1, Command::region_write, true)).finish() ==
          bytes({1, 0, 10, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0}));
    const Header command = command_header(0xffff, Command::dma_map, true);
    CHECK(MessageWriter(reply_header(command)).finish() ==
          bytes({0xff, 0xff, 2, 0, 16, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0, 0}));
    CHECK(error_reply(command, 17) == bytes({0xff, 0xff, 2, 0, 16, 0, 0, 0, 0x21, 0, 0, 0, 17, 0, 0, 0}));
    const auto header = header_of(error_reply(command, 17));
    REQUIRE(header);
    CHECK(header->is_reply);
    CHECK(header->is_error);
    CHECK_FALSE(header->no_reply);
    CHECK(header->error == 17);
}

TEST_CASE("a header that is smaller than itself, or neither command nor reply, is none", "[remote]") {
    CHECK(header_of(bytes({0, 0, 1, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})));
    CHECK_FALSE(header_of(bytes({0, 0, 1, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})));
    CHECK(header_of(bytes({0, 0, 1, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})));
    CHECK_FALSE(header_of(bytes({0, 0, 1, 0, 16, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0})));
    CHECK_FALSE(header_of(bytes({0, 0, 1, 0, 16, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0})));
}

TEST_CASE("header flags that nobody knows are left alone", "[remote]") {
    const auto header = header_of(bytes({0, 0, 1, 0, 16, 0, 0, 0, 0xc0, 0xff, 0xff, 0xff, 0, 0, 0, 0}));
    REQUIRE(header);
    CHECK(*header == command_header(0, Command::version));
}

TEST_CASE("a command has the specification's name, or its number", "[remote]") {
    CHECK(to_text(Command::region_write_multi) == "REGION_WRITE_MULTI");
    CHECK(to_text(Command{14}) == "command 14");
}

TEST_CASE("each payload takes the bytes of the specification, and is whole or nothing", "[remote]") {
    CHECK(wire_size<DmaMap>() == 32);
    CHECK(wire_size<DmaUnmap>() == 24);
    CHECK(wire_size<DeviceInfo>() == 16);
    CHECK(wire_size<RegionInfo>() == 32);
    CHECK(wire_size<RegionIoFds>() == 16);
    CHECK(wire_size<IrqInfo>() == 16);
    CHECK(wire_size<SetIrqs>() == 20);
    CHECK(wire_size<RegionAccess>() == 16);
    CHECK(wire_size<DmaAccess>() == 16);
    CHECK(wire_size<SingleWrite>() == 24);
    CHECK(wire_size<WriteCount>() == 8);

    Random random(1, "payloads");
    const auto narrow = [&random] { return static_cast<std::uint32_t>(random.next()); };
    for (int i = 0; i < 20; ++i) {
        check_round_trip(DmaMap{narrow(), narrow(), random.next(), random.next(), random.next()});
        check_round_trip(DmaUnmap{narrow(), narrow(), random.next(), random.next()});
        check_round_trip(DeviceInfo{narrow(), narrow(), narrow(), narrow()});
        check_round_trip(RegionInfo{narrow(), narrow(), narrow(), narrow(), random.next(), random.next()});
        check_round_trip(RegionIoFds{narrow(), narrow(), narrow(), narrow()});
        check_round_trip(IrqInfo{narrow(), narrow(), narrow(), narrow()});
        check_round_trip(SetIrqs{narrow(), narrow(), narrow(), narrow(), narrow()});
        check_round_trip(RegionAccess{random.next(), narrow(), narrow()});
        check_round_trip(DmaAccess{random.next(), random.next()});
        check_round_trip(SingleWrite{random.next(), narrow(), narrow(), random.next()});
    }
}

TEST_CASE("DMA_MAP lies as QEMU sends it", "[remote]") {
    const Buffer payload = bytes({32, 0, 0,    0, 3, 0, 0, 0, 0, 0, 0x10, 0,    0, 0, 0, 0,  //
                                  0,  0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x1f, 0, 0, 0, 0});
    CHECK(decode<DmaMap>(payload) ==
          DmaMap{32, DmaMap::readable | DmaMap::writeable, 0x10'0000, 0x10'0000, 0x1ff0'0000});
}

TEST_CASE("SET_IRQS lies as QEMU sends it", "[remote]") {
    const auto set = decode<SetIrqs>(bytes({20, 0, 0, 0, 0x24, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}));
    CHECK(set == SetIrqs{20, SetIrqs::data_eventfd | SetIrqs::trigger, msi_irq, 2, 3});
    CHECK(set->data() == SetIrqs::data_eventfd);
    CHECK(set->action() == SetIrqs::trigger);
}

TEST_CASE("an access has exactly as many data as it says", "[remote]") {
    Buffer payload = encoded(RegionAccess{0x20, 0, 4});
    append(payload, bytes({1, 2, 3}));
    CHECK_FALSE(decode_with_data<RegionAccess>(payload).has_value());
    payload.push_back(std::byte{4});
    const auto write = decode_with_data<RegionAccess>(payload);
    REQUIRE(write);
    CHECK(write->access == RegionAccess{0x20, 0, 4});
    CHECK(Buffer(write->data.begin(), write->data.end()) == bytes({1, 2, 3, 4}));
    payload.push_back(std::byte{5});
    CHECK_FALSE(decode_with_data<RegionAccess>(payload).has_value());
    CHECK_FALSE(decode_with_data<DmaAccess>(encoded(DmaAccess{0, ~0ull})).has_value());
    CHECK(decode_with_data<DmaAccess>(encoded(DmaAccess{0, 0})).has_value());
}

TEST_CASE("REGION_WRITE_MULTI has exactly as many writes as it says", "[remote]") {
    const SingleWrite first{0x10, 0, 4, 0x0102}, second{0x14, 0, 8, ~0ull};
    Buffer payload = encoded(WriteCount{2});
    append(payload, first);
    CHECK_FALSE(decode_writes(payload).has_value());
    append(payload, second);
    CHECK(decode_writes(payload) == std::vector{first, second});
    payload.push_back(std::byte{0});
    CHECK_FALSE(decode_writes(payload).has_value());
    CHECK_FALSE(decode_writes(encoded(WriteCount{1ull << 61})).has_value());
    CHECK_FALSE(decode_writes(bytes({0, 0})).has_value());
    CHECK(decode_writes(encoded(WriteCount{0}))->empty());
}

TEST_CASE("the areas of a region's capability can be told, past other capabilities", "[remote]") {
    RegionInfo info{96, RegionInfo::mappable | RegionInfo::has_capabilities, 0, 32, 0x4000, 0};
    Buffer payload = encoded(info);
    append(payload, bytes({3, 0, 1, 0, 48, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9}));  // another one, at 32
    append(payload, bytes({1, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}));   // two areas, at 48
    append(payload, SparseArea{0, 0x1000});
    append(payload, SparseArea{0x3000, 0x1000});
    CHECK(sparse_areas(payload) == std::vector{SparseArea{0, 0x1000}, SparseArea{0x3000, 0x1000}});
    payload.pop_back();
    CHECK_FALSE(sparse_areas(payload).has_value());

    info.flags = RegionInfo::readable;
    CHECK(sparse_areas(encoded(info))->empty());
    CHECK_FALSE(sparse_areas(bytes({1, 2, 3})).has_value());
}

TEST_CASE("a list of capabilities that goes in circles or leaves the message is refused", "[remote]") {
    const RegionInfo info{48, RegionInfo::has_capabilities, 0, 32, 0x4000, 0};
    const auto with_capability = [](RegionInfo head, Buffer capability) {
        Buffer payload = encoded(head);
        append(payload, capability);
        return payload;
    };
    CHECK(sparse_areas(with_capability(info, bytes({3, 0, 1, 0, 0, 0, 0, 0})))->empty());
    CHECK_FALSE(sparse_areas(with_capability(info, bytes({3, 0, 1, 0, 32, 0, 0, 0}))).has_value());
    CHECK_FALSE(sparse_areas(with_capability(info, bytes({3, 0, 1, 0, 8, 0, 0, 0}))).has_value());
    CHECK_FALSE(sparse_areas(with_capability(info, bytes({3, 0, 1, 0, 0xff, 0xff, 0xff, 0xff}))).has_value());
    CHECK_FALSE(sparse_areas(with_capability(info, bytes({3, 0, 1, 0}))).has_value());
}
