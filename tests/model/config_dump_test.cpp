// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <ghostcard/model/config_dump.h>

#include <array>
#include <cstdio>
#include <fstream>

using namespace ghostcard;
using namespace ghostcard::model;
using namespace ghostcard::tests;

namespace {

/// What lspci makes of a dump.
std::string decoded(const std::string& dump) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "card.txt";
    std::ofstream(path) << dump;
    FILE* const pipe = popen((LSPCI " -F " + path.string() + " -vvv -n 2>/dev/null").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    std::array<char, 4096> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), size);
    CHECK(pclose(pipe) == 0);
    return text;
}

}  // namespace

TEST_CASE("on conventional PCI the card has no PCI Express capability", "[model][config]") {
    const std::string text = decoded(config_dump());
    CHECK_THAT(text, contains("Latency: 0 (2000ns min, 10000ns max)"));
    CHECK_THAT(text, !contains("Express"));
}

TEST_CASE("lspci decodes the bridges before a card", "[model][config]") {
    const std::string text = decoded(config_dump({}, 2));
    CAPTURE(text);
    for (const std::string line :
         {"00:01.0 0604: 1234:6ca6 (rev 01) (prog-if 00 [Normal decode])",
          "Bus: primary=00, secondary=01, subordinate=02", "01:01.0 0604: 1234:6ca6",
          "Bus: primary=01, secondary=02, subordinate=02", "sec-latency=72", "Memory behind bridge: e0000000-e00fffff",
          "Prefetchable memory behind bridge: fff00000-000fffff [disabled]",
          "Secondary status: 66MHz+ FastB2B- ParErr- DEVSEL=medium >TAbort- <TAbort- <MAbort-",
          "02:01.0 0400: 1234:6ca5"})
        CHECK_THAT(text, contains(line));
    for (const std::string complaint : {"<chain", "<access denied", "!!!", "unknown", "Unknown"})
        CHECK_THAT(text, !contains(complaint));
}

TEST_CASE("lspci decodes link, payload and read request of a card on PCI Express", "[model][config]") {
    const std::string text = decoded(config_dump(bus::pcie::PcieSettings{
        .generation = 3, .lanes = 8, .max_payload = {256}, .max_read_request = {512}, .rcb = {64}}));
    CAPTURE(text);
    for (const std::string line :
         {"[40] Power Management version 3", "[50] MSI: Enable- Count=1/1 Maskable- 64bit+",
          "[80] Express (v2) Endpoint,", "DevCap:\tMaxPayload 256 bytes, PhantFunc 0", "ExtTag+", "RBE+",
          "MaxPayload 256 bytes, MaxReadReq 512 bytes", "LnkCap:\tPort #0, Speed 8GT/s, Width x8, ASPM not supported",
          "RCB 64 bytes,", "CommClk+", "LnkSta:\tSpeed 8GT/s", "Width x8", "LnkCap2: Supported Link Speeds: 2.5-8GT/s",
          "LnkCtl2: Target Link Speed: 8GT/s"})
        CHECK_THAT(text, contains(line));
    for (const std::string complaint : {"<chain", "<access denied", "!!!", "unknown", "Unknown"})
        CHECK_THAT(text, !contains(complaint));
}

TEST_CASE("lspci decodes every generation, width and size", "[model][config]") {
    const std::array<std::string, 5> speeds{"2.5GT/s", "5GT/s", "8GT/s", "16GT/s", "32GT/s"};
    for (unsigned generation = 1; generation <= 5; ++generation) {
        const unsigned lanes = 1u << (generation - 1);
        const std::uint64_t size = 128u << generation;
        const std::string text = decoded(config_dump(bus::pcie::PcieSettings{.generation = generation,
                                                                             .lanes = lanes,
                                                                             .max_payload = {size},
                                                                             .max_read_request = {size},
                                                                             .rcb = {128}}));
        CAPTURE(text);
        CHECK_THAT(text, contains("Speed " + speeds[generation - 1] + ", Width x" + std::to_string(lanes)));
        CHECK_THAT(text, contains("MaxPayload " + std::to_string(size) + " bytes, MaxReadReq " + std::to_string(size)));
        CHECK_THAT(text, contains("RCB 128 bytes"));
        CHECK_THAT(text, contains("Target Link Speed: " + speeds[generation - 1]));
    }
}
