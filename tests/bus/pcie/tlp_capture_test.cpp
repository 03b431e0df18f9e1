// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"

#include <ghostcard/bus/pcie/tlp_capture.h>

#include <algorithm>

using namespace ghostcard;
using namespace ghostcard::bus::pcie;

namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

}  // namespace

TEST_CASE("a packet carries whole double words in which disabled bytes are 0", "[pcie]") {
    const auto data = bytes({1, 2, 3, 4, 5});
    const Tlp write{.kind = TlpKind::memory_write, .requester = {0, 1, 0}, .address = {0x1003}, .bytes = data.size()};
    CHECK(packet_of(write, data, false) ==
          bytes({0x40, 0, 0, 2, 0, 8, 0, 0xf8, 0, 0, 0x10, 0, 0, 0, 0, 1, 2, 3, 4, 5}));
}

TEST_CASE("a packet without data is its header, and the digest when there is one", "[pcie]") {
    const Tlp read{.kind = TlpKind::memory_read, .address = {0x1000}, .bytes = 4};
    CHECK(packet_of(read, {}, false) == encode(read, false));
    CHECK(packet_of(read, {}, true).size() == encode(read, true).size() + 4);
}

TEST_CASE("the digest does not depend on what may change on the way, and does on all else", "[pcie]") {
    // A memory read that is locked has bit 0 of Type set, and nobody makes one here: the digest is taken with it set.
    const auto digest = [](const Tlp& tlp) {
        const auto packet = packet_of(tlp, {}, true);
        return std::vector(packet.end() - 4, packet.end());
    };
    const Tlp read{.kind = TlpKind::memory_read, .address = {0x1000}, .bytes = 4};
    Tlp other = read;
    other.tag = 1;
    CHECK(digest(read) == digest(read));
    CHECK(digest(read) != digest(other));
}
