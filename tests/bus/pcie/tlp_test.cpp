// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"

#include <ghostcard/base/random.h>
#include <ghostcard/bus/pcie/tlp.h>

#include <string>

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pcie;

namespace {

std::string hex(const std::vector<std::byte>& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i != 0 && i % 4 == 0) text += ' ';
        text += digits[std::to_integer<std::size_t>(bytes[i] >> 4)];
        text += digits[std::to_integer<std::size_t>(bytes[i] & std::byte{0xf})];
    }
    return text;
}

Tlp write(std::uint64_t address, std::uint64_t bytes) {
    return {.kind = TlpKind::memory_write, .requester = {0, 1, 0}, .address = {address}, .bytes = bytes};
}

std::vector<std::uint64_t> requests(std::uint64_t address, std::uint64_t bytes, std::uint64_t limit) {
    std::vector<std::uint64_t> cut;
    while (bytes > 0) {
        cut.push_back(first_request({address}, bytes, limit));
        address += cut.back();
        bytes -= cut.back();
    }
    return cut;
}

std::vector<std::uint64_t> completions(std::uint64_t address, std::uint64_t bytes, const PcieSettings& settings) {
    std::vector<std::uint64_t> cut;
    while (bytes > 0) {
        cut.push_back(first_completion({address}, bytes, settings));
        address += cut.back();
        bytes -= cut.back();
    }
    return cut;
}

}  // namespace

// PCIe 5.0, 2.2.4.1 and figures 2-7, 2-8.
TEST_CASE("an address below 4 GiB takes a header of three double words, one from there on four", "[pcie][tlp]") {
    CHECK(hex(encode(write(0xffff'ffc0, 64), false)) == "40000010 000800ff ffffffc0");
    CHECK(hex(encode(write(0x1'0000'0000, 64), false)) == "60000010 000800ff 00000001 00000000");
    CHECK(hex(encode(write(0x1000, 64), true)) == "40008010 000800ff 00001000");
}

TEST_CASE("byte enables say which bytes of the first and last double word are wanted", "[pcie][tlp]") {
    CHECK(hex(encode(write(0x1001, 2), false)) == "40000001 00080006 00001000");
    CHECK(hex(encode(write(0x1003, 2), false)) == "40000002 00080018 00001000");
    CHECK(hex(encode(write(0x1000, 4), false)) == "40000001 0008000f 00001000");
    CHECK(hex(encode(write(0x1000, 0), false)) == "40000001 00080000 00001000");
}

// PCIe 5.0, 2.2.2: 256 bytes that begin inside a double word are 65 of them.
TEST_CASE("the length counts double words that hold disabled bytes", "[pcie][tlp]") {
    CHECK(write(0x1000, 256).length() == 64);
    CHECK(write(0x1001, 256).length() == 65);
    CHECK(write(0x1003, 253).length() == 64);
    CHECK(credits_of(write(0x1000, 256)) == Credits{1, 16});
    CHECK(credits_of(write(0x1001, 256)) == Credits{1, 17});
}

// pcie_overheads.csv: 20 bytes with three double words of header, 24 with four, ECRC 4 more.
TEST_CASE("a TLP takes 20 or 24 bytes more than its data, and 4 with an ECRC", "[pcie][tlp]") {
    CHECK(wire_bytes(write(0x1000, 256), false) == 256 + 20);
    CHECK(wire_bytes(write(0x1'0000'0000, 256), false) == 256 + 24);
    CHECK(wire_bytes(write(0x1000, 256), true) == 256 + 24);
    CHECK(wire_bytes(write(0x1001, 256), false) == 260 + 20);
    CHECK(wire_bytes({.kind = TlpKind::memory_read, .address = {0x1000}, .bytes = 512}, false) == 20);
    CHECK(wire_bytes({.kind = TlpKind::completion}, false) == 20);
}

// PCIe 5.0, figures 2-25 and 2-13: completion and configuration request.
TEST_CASE("a completion names completer, what is left of the request and its lowest address", "[pcie][tlp]") {
    const Tlp tlp{.kind = TlpKind::completion_data,
                  .requester = {0, 1, 0},
                  .tag = 7,
                  .address = {0x12'3450},
                  .bytes = 48,
                  .completer = {0, 0, 0},
                  .byte_count = 496};
    CHECK(hex(encode(tlp, false)) == "4a00000c 000001f0 00080750");
    const Tlp refusal{.kind = TlpKind::completion,
                      .requester = {0, 1, 0},
                      .tag = 7,
                      .byte_count = 4096,
                      .status = CompletionStatus::unsupported_request};
    CHECK(hex(encode(refusal, false)) == "0a000000 00002000 00080700");
    const Tlp configuration{
        .kind = TlpKind::configuration_write, .address = {0x104}, .bytes = 4, .completer = {0, 1, 0}};
    CHECK(hex(encode(configuration, false)) == "44000001 0000000f 00080104");
}

// PCIe 5.0, 2.2.8.1, table 2-20: Assert_INTA and Deassert_INTA, to be ended at the receiver.
TEST_CASE("INTA# changes by messages without data", "[pcie][tlp]") {
    Tlp message{.kind = TlpKind::interrupt, .requester = {0, 1, 0}, .asserted = true};
    CHECK(hex(encode(message, false)) == "34000000 00080020 00000000 00000000");
    CHECK(wire_bytes(message, false) == 24);
    message.asserted = false;
    CHECK(hex(encode(message, false)) == "34000000 00080024 00000000 00000000");
    CHECK(decode(encode(message, false)) == message);
}

TEST_CASE("what is encoded is decoded", "[pcie][tlp]") {
    Random random(1, "tlp");
    for (int i = 0; i < 20'000; ++i) {
        Tlp tlp{.kind = static_cast<TlpKind>(random.below(6)),
                .requester = {static_cast<std::uint8_t>(random.below(256)), static_cast<std::uint8_t>(random.below(32)),
                              static_cast<std::uint8_t>(random.below(8))},
                .tag = static_cast<std::uint8_t>(random.below(256))};
        const bool completion = class_of(tlp.kind) == TlpClass::completion;
        const bool configuration = tlp.kind == TlpKind::configuration_read || tlp.kind == TlpKind::configuration_write;
        tlp.address = {random.below(2) != 0 ? random.below(1ull << 32) : random.below(1ull << 40)};
        tlp.bytes = 1 + random.below(4000);
        if (completion) {
            tlp.address = {tlp.address.value % 128};
            tlp.byte_count = tlp.bytes;
            if (tlp.kind == TlpKind::completion) tlp.bytes = 0;
        }
        if (configuration) {
            tlp.address = {random.below(1024) * 4};
            tlp.bytes = 4;
        }
        if (completion || configuration) tlp.completer = {0, 3, 1};
        const auto header = encode(tlp, random.below(2) != 0);
        REQUIRE(decode(header) == tlp);
    }
}

TEST_CASE("what is no header is not decoded", "[pcie][tlp]") {
    auto header = encode(write(0x1000, 64), false);
    CHECK(decode(header));
    CHECK_FALSE(decode(std::span(header).first(11)));
    header[0] = std::byte{0x7f};
    CHECK_FALSE(decode(header));
    header[0] = std::byte{0x40};
    header[7] = std::byte{0xf5};  // a gap in the first byte enables
    CHECK_FALSE(decode(header));
}

// PCIe 5.0, 2.2.2 (payload), 2.2.7 (no crossing of 4 KiB).
TEST_CASE("no request is longer than its limit or crosses 4 KiB", "[pcie][tlp]") {
    CHECK(requests(0x1000, 600, 256) == std::vector<std::uint64_t>{256, 256, 88});
    CHECK(requests(0x1fc0, 256, 256) == std::vector<std::uint64_t>{64, 192});
    CHECK(requests(0x1f00, 257, 256) == std::vector<std::uint64_t>{256, 1});
    CHECK(requests(0x1001, 256, 256) == std::vector<std::uint64_t>{255, 1});  // 65 double words would be too many
    CHECK(requests(0x1000, 8192, 4096) == std::vector<std::uint64_t>{4096, 4096});
}

// PCIe 5.0, 2.3.1.1: the example of a read of 0x1_0000_0000..., and what completers do with small pieces.
TEST_CASE("completions end at the read completion boundary, all but the last", "[pcie][tlp]") {
    const PcieSettings pieces{.max_completion = {64}};
    CHECK(completions(0x1000, 256, pieces) == std::vector<std::uint64_t>{64, 64, 64, 64});
    CHECK(completions(0x1010, 100, pieces) == std::vector<std::uint64_t>{48, 52});
    const PcieSettings whole{};
    CHECK(completions(0x1000, 512, whole) == std::vector<std::uint64_t>{256, 256});
    CHECK(completions(0x1010, 512, whole) == std::vector<std::uint64_t>{240, 256, 16});
    const PcieSettings wide{.rcb = {128}};
    CHECK(completions(0x1050, 512, wide) == std::vector<std::uint64_t>{176, 256, 80});
}
