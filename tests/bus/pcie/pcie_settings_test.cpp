// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"
#include "tests/support/table.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/pcie/pcie_settings.h>

using namespace ghostcard;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::tests;

TEST_CASE("every rate and width has a byte time in whole units, so that no sum can drift", "[pcie][settings]") {
    for (unsigned generation = 1; generation <= 5; ++generation) {
        for (unsigned lanes = 1; lanes <= 16; lanes *= 2) {
            const PcieSettings settings{.generation = generation, .lanes = lanes};
            CHECK(byte_time(settings) * lanes == symbol_time(settings));
            const std::int64_t transfers_per_second = 2'500'000'000ll << (generation - (generation > 2 ? 3 : 1));
            const bool wide_code = generation > 2;
            const std::int64_t rate = wide_code ? 8'000'000'000ll << (generation - 3) : transfers_per_second;
            // bytes · coded bits a byte = rate · time: 10 for 8b/10b, 8 · 130/128 for 128b/130b
            const std::int64_t coded_bits_of_16_bytes = wide_code ? 130 : 160;
            CHECK(16 * symbol_time(settings).count() == coded_bits_of_16_bytes * 512'000'000'000'000 / rate);
        }
    }
}

TEST_CASE("the way back to picoseconds rounds up once", "[pcie][settings]") {
    CHECK(to_duration(LinkTime(512)) == Duration(1));
    CHECK(to_duration(LinkTime(513)) == Duration(2));
    CHECK(to_duration(to_link_time(nanoseconds(7))) == nanoseconds(7));
    CHECK(to_duration(never) == Duration::max());
    CHECK(to_link_time(Duration::max()) == never);
    CHECK(seen_after(nanoseconds(7)) > to_link_time(nanoseconds(7)));
}

// pcie_overheads.csv: rate of a lane after encoding.
TEST_CASE("a lane carries the published rate", "[pcie][settings][published]") {
    for (const Row& row : read_table("pcie_overheads.csv")) {
        INFO(row.at("gen"));
        const unsigned generation = static_cast<unsigned>(row.at("gen").back() - '0');
        const double megabytes_per_second = 512e12 / static_cast<double>(symbol_time(generation).count()) / 1e6;
        CHECK(megabytes_per_second == Approx(std::stod(row.at("MBps_per_lane_after_encoding"))).epsilon(1e-5));
    }
}

// pcie_ack_updatefc_limits.csv: PCIe 5.0, tables 3-7 to 3-9 and 2-46 to 2-48, as pcie-bench/pcie-model states them.
TEST_CASE("ACK limit and UpdateFC guideline are the published ones", "[pcie][settings][published]") {
    const auto rows = read_table("pcie_ack_updatefc_limits.csv");
    CHECK(rows.size() == 45);
    for (const Row& row : rows) {
        INFO(row.at("gen") + " " + row.at("lanes") + " " + row.at("mps"));
        const PcieSettings settings{.generation = static_cast<unsigned>(row.at("gen").back() - '0'),
                                    .lanes = static_cast<unsigned>(std::stoul(row.at("lanes").substr(1))),
                                    .max_payload = {std::stoull(row.at("mps"))}};
        CHECK(ack_latency(settings) == std::stoul(row.at("ack_latency_limit")));
        CHECK(update_latency(settings) == std::stoul(row.at("updatefc_guideline")));
    }
}

TEST_CASE("settings out of range are refused by name", "[pcie][settings]") {
    CHECK_NOTHROW(check({}));
    CHECK_THROWS_WITH(check({.generation = 6}), "bus.generation is 6; allowed: 1 to 5");
    CHECK_THROWS_WITH(check({.lanes = 12}), contains("1, 2, 4, 8, 16"));
    CHECK_THROWS_WITH(check({.max_payload = {64}}), contains("max_payload is 64 B"));
    CHECK_THROWS_WITH(check({.max_read_request = {8192}}), contains("max_read_request is 8 KiB"));
    CHECK_THROWS_WITH(check({.rcb = {32}}), contains("rcb is 32 B"));
    CHECK_THROWS_WITH(check({.max_completion = {512}}), contains("max_completion"));
    CHECK_THROWS_WITH(check({.root = {.posted = {4, 15}}}), contains("bus.credits.posted_data is 15"));
    CHECK_NOTHROW(check({.root = {.posted = {1, 16}}}));
    CHECK_THROWS_WITH(check({.engine = {.outstanding_reads = 0}}), contains("outstanding_reads"));
}
