// SPDX-License-Identifier: MIT
#include <ghostcard/dma/adapter/map_register_pool.h>
#include <tests/dma/adapter/dma_host.h>

#include <array>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::MapRegisterPool;
using dma::MapRegisterRun;
using Answer = MapRegisterPool::Answer;

namespace {

struct Pool : DmaHost {
    explicit Pool(std::optional<std::uint64_t> capacity, std::optional<std::uint64_t> constant = std::nullopt,
                  unsigned bits = 32, std::uint64_t size = 64 * mib)
        : DmaHost(constant, {}, size), pool(memory, allocator, translation, capacity, bits) {}
    /// Asks, and notes who was granted.
    Answer ask(std::uint64_t count, int name, bool may_wait = true) {
        return pool.ask({.owner = this,
                         .device = nullptr,
                         .count = count,
                         .ready = {},
                         .granted =
                             [this, name](const MapRegisterRun& run) {
                                 order.push_back(name);
                                 runs.push_back(run);
                             }},
                        may_wait);
    }
    MapRegisterPool pool;
    std::vector<int> order;
    std::vector<MapRegisterRun> runs;
};

}  // namespace

TEST_CASE("a run of map registers is contiguous in memory and on the bus", "[dma][map_registers]") {
    const auto constant =
        GENERATE(std::optional<std::uint64_t>(0), std::optional<std::uint64_t>(gib), std::optional<std::uint64_t>());
    Pool host(16, constant);
    const auto run = host.pool.take(16).value();
    for (std::uint64_t at = 0; at < 16 * page_size; at += 1000)
        CHECK(host.translation.to_physical(run.bus + at) == run.pages + at);
}

TEST_CASE("a pool lends its capacity and not a register more", "[dma][map_registers]") {
    for (const std::uint64_t capacity : {1u, 16u, 64u, 1014u}) {
        Pool host(capacity);
        CHECK_FALSE(host.pool.take(capacity + 1));
        const auto run = host.pool.take(capacity);
        REQUIRE(run);
        CHECK_FALSE(host.pool.take(1));
        host.pool.give_back(*run);
        CHECK(host.pool.take(capacity));
    }
}

TEST_CASE("a pool without limit grows with what is asked", "[dma][map_registers]") {
    Pool host(std::nullopt);
    const auto one = host.pool.take(1014).value();
    const auto two = host.pool.take(1014).value();
    CHECK_FALSE(PhysicalRange::of(one.pages, 1014 * page_size)->overlaps(*PhysicalRange::of(two.pages, page_size)));
    CHECK(host.pool.lent() == 2028);
    CHECK_FALSE(host.pool.take(64 * mib / page_size));  // more than there is memory
}

TEST_CASE("map registers lie within the device's reach", "[dma][map_registers]") {
    for (const unsigned bits : {24u, 32u}) {
        Pool host(16, 4 * mib, bits);
        const auto run = host.pool.take(16).value();
        CHECK((run.bus + 16 * page_size - 1).value < 1ull << bits);
    }
    Pool none(16, gib, 24);
    CHECK_FALSE(none.pool.take(1));
    CHECK(none.ask(1, 1) == Answer::refused);  // and does not wait for ever
}

TEST_CASE("only registers side by side serve a request", "[dma][map_registers]") {
    Pool host(8);
    std::array<MapRegisterRun, 4> runs{};
    for (auto& run : runs) run = host.pool.take(2).value();
    host.pool.give_back(runs[0]);
    host.pool.give_back(runs[2]);
    CHECK(host.pool.fragmented(4));
    CHECK_FALSE(host.pool.fragmented(2));
    CHECK_FALSE(host.pool.fragmented(5));
    CHECK_FALSE(host.pool.take(3));
    host.pool.give_back(runs[1]);
    CHECK_FALSE(host.pool.fragmented(4));
    CHECK(host.pool.take(6)->first == 0);
}

TEST_CASE("who waits for registers is served in order, and a small request does not overtake", "[dma][map_registers]") {
    Pool host(8);
    CHECK(host.ask(6, 1) == Answer::granted);
    CHECK(host.ask(4, 2) == Answer::waiting);
    CHECK(host.ask(1, 3) == Answer::waiting);  // although two are free
    CHECK(host.order == std::vector{1});
    host.pool.give_back(host.runs[0]);
    CHECK(host.order == std::vector{1, 2, 3});
    CHECK(host.pool.waiting() == 0);
}

TEST_CASE("a request that never can be served is refused, as is one that does not want to wait",
          "[dma][map_registers]") {
    Pool host(8);
    CHECK(host.ask(9, 1) == Answer::refused);
    CHECK(host.ask(8, 2) == Answer::granted);
    CHECK(host.ask(1, 3, false) == Answer::refused);
    CHECK(host.ask(1, 4) == Answer::waiting);
    host.pool.give_back(host.runs[0]);
    CHECK(host.order == std::vector{2, 4});
}

TEST_CASE("a request that is withdrawn is not served and holds nobody up", "[dma][map_registers]") {
    Pool host(8);
    const Device other;
    REQUIRE(host.ask(6, 1) == Answer::granted);
    REQUIRE(host.ask(8, 2) == Answer::waiting);
    int served = 0;
    REQUIRE(
        host.pool.ask(
            {.owner = &other, .device = nullptr, .count = 2, .ready = {}, .granted = [&served](const MapRegisterRun&) {
                 ++served;
             }}) == Answer::waiting);
    CHECK_FALSE(host.pool.cancel(&served));
    CHECK(host.pool.cancel(&host));
    CHECK(served == 1);
    CHECK(host.order == std::vector{1});
}

TEST_CASE("a callback that gives its registers back serves the next ones without recursion", "[dma][map_registers]") {
    Pool host(1);
    const auto held = host.pool.take(1).value();
    int depth = 0, deepest = 0, served = 0;
    for (int i = 0; i < 1000; ++i)
        REQUIRE(
            host.pool.ask(
                {.owner = &host, .device = nullptr, .count = 1, .ready = {}, .granted = [&](const MapRegisterRun& run) {
                     deepest = std::max(deepest, ++depth);
                     ++served;
                     host.pool.give_back(run);
                     --depth;
                 }}) == Answer::waiting);
    host.pool.give_back(held);
    CHECK(served == 1000);
    CHECK(deepest == 1);
}

TEST_CASE("free registers are filled with 0x0F, and a byte that is written there shows once", "[dma][map_registers]") {
    Pool host(4, 0);
    const auto run = host.pool.take(2).value();
    CHECK(host.pool.bytes(run)[0] == std::byte{0x0f});
    host.device_byte(run.bus + 5) = std::byte{1};
    CHECK_FALSE(host.pool.damaged_register());  // lent: its owner may
    host.pool.give_back(run);
    CHECK_FALSE(host.pool.damaged_register());  // giving back fills again
    host.device_byte(run.bus + page_size + 7) = std::byte{1};
    CHECK(host.pool.damaged_register() == run.pages + page_size + 7);
    CHECK_FALSE(host.pool.damaged_register());
}

TEST_CASE("a pool gives all pages and bus addresses back when it goes", "[dma][map_registers]") {
    DmaHost host;
    {
        MapRegisterPool pool(host.memory, host.allocator, host.translation, std::nullopt, 32);
        REQUIRE(pool.take(100));
        REQUIRE(pool.take(200));
        CHECK(host.allocator.outstanding() >= 300);
    }
    CHECK(host.allocator.outstanding() == 0);
    CHECK(host.translation.mapped() == 0);
    CHECK_FALSE(host.translation.unmapped_what_was_not_mapped());
}
