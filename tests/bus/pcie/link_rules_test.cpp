// SPDX-License-Identifier: MIT
#include "tests/bus/pcie/link_bench.h"

using namespace ghostcard;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::tests;

namespace {

using Kind = LinkStory::Kind;

const std::string write_up = "tlp up 1";
const std::string request_up = "tlp up 0";
const std::string request_down = "tlp down 0";
const std::string completion_up = "tlp up 5";
const std::string completion_down = "tlp down 5";

/// One lane at 2.5 GT/s: a symbol, and so a byte, takes 4 ns. Nothing is held up, answered late or drawn by chance.
PcieSettings one_lane() {
    return {.generation = 1,
            .lanes = 1,
            .max_payload = {128},
            .max_read_request = {128},
            .skp = false,
            .ack_latency = 0,
            .update_latency = 0,
            .root = {{}, {}, {}},
            .device = {{}, {}, {}},
            .read_latency = {.minimum = nanoseconds(400)},
            .completer_latency = {}};
}

/// When the TLPs of a kind began and ended, the same under both timings.
struct Tlps {
    std::vector<Duration> begins;
    std::vector<Duration> ends;
};

class Played {
public:
    explicit Played(const LinkStory& story) : cycle_(LinkTiming::cycle, story), analytic_(LinkTiming::analytic, story) {
        cycle_.play();
        CHECK(analytic_.play() == cycle_.events);
        for (const Direction direction : {Direction::up, Direction::down})
            CHECK(analytic_.link().counts(direction) == cycle_.link().counts(direction));
    }
    Tlps tlps(const std::string& kind) const {
        Tlps tlps;
        for (const LinkEvent& event : cycle_.of(kind)) {
            tlps.begins.push_back(event.begin);
            tlps.ends.push_back(event.at);
        }
        return tlps;
    }
    std::vector<std::uint64_t> bytes(const std::string& what) const {
        std::vector<std::uint64_t> bytes;
        for (const LinkEvent& event : cycle_.of(what)) bytes.push_back(event.bytes);
        return bytes;
    }
    Duration at(const std::string& what, std::size_t index = 0) const { return cycle_.of(what).at(index).at; }
    const LinkCounts& counts(Direction direction) const { return cycle_.link().counts(direction); }

private:
    LinkBench cycle_;
    LinkBench analytic_;
};

constexpr Duration ns(std::int64_t count) { return nanoseconds(count); }

}  // namespace

TEST_CASE("a TLP begins with the symbol after the run was handed over", "[pcie][link]") {
    const auto begin = [](Duration handed_over) {
        return Played({.settings = one_lane(), .acts = {{.at = handed_over, .kind = Kind::write, .bytes = 64}}})
            .tlps(write_up)
            .begins.at(0);
    };
    CHECK(begin(ns(8) - Duration(1)) == ns(8));
    CHECK(begin(ns(8)) == ns(12));
}

TEST_CASE("TLPs in a row go on with the next lane, not with the next symbol", "[pcie][link]") {
    PcieSettings settings = one_lane();
    settings.lanes = 16;  // 84 bytes: five symbols and four lanes
    const Tlps writes =
        Played({.settings = settings, .acts = {{.kind = Kind::write, .bytes = 192, .burst_bytes = 64}}}).tlps(write_up);
    CHECK(writes.begins == std::vector{ns(4), ns(25), ns(46)});
    CHECK(writes.ends == std::vector{ns(25), ns(46), ns(67)});
}

TEST_CASE("a burst begins when its last byte has arrived in the device", "[pcie][link]") {
    const Tlps writes =
        Played({.settings = one_lane(),
                .acts = {{.kind = Kind::write, .bytes = 512, .burst_bytes = 256, .for_each_byte = ns(10)}}})
            .tlps(write_up);
    CHECK(writes.begins == std::vector{ns(2564), ns(2564 + 592), ns(5124), ns(5124 + 592)});
}

// PCIe 5.0, 2.6.1.2; ACK and UpdateFC take 8 symbols each.
TEST_CASE("a write without a header credit waits for the UpdateFC that brings one", "[pcie][link]") {
    const auto second_begin = [](Credits posted, unsigned update_latency) {
        LinkStory story{.settings = one_lane(), .acts = {{.kind = Kind::write, .bytes = 256}}};
        story.settings.root.posted = posted;
        story.settings.update_latency = update_latency;
        return Played(story).tlps(write_up).begins.at(1);
    };
    const Duration first_end = ns(4 + 592);
    CHECK(second_begin({2, 0}, 0) == first_end);
    CHECK(second_begin({1, 0}, 0) == first_end + ns(32 + 32));  // behind the ACK
    CHECK(second_begin({1, 0}, 9) == first_end + ns(36 + 32));  // which has gone by then
    CHECK(second_begin({0, 16}, 9) == first_end);               // data credits: 8 for each 128 bytes
    CHECK(second_begin({0, 15}, 9) == first_end + ns(36 + 32));
}

// PCIe 5.0, 3.6.3.1: one ACK for all that has come until it is sent.
TEST_CASE("an ACK answers all TLPs that arrived before it is sent", "[pcie][link]") {
    const auto acks = [](unsigned latency) {
        LinkStory story{.settings = one_lane(), .acts = {{.kind = Kind::write, .bytes = 4 * 128}}};
        story.settings.ack_latency = latency;
        return Played(story).counts(Direction::down).dllps;
    };
    CHECK(acks(0) == 4);
    CHECK(acks(147) == 4);
    CHECK(acks(148) == 2);  // due when the next TLP has just arrived
    CHECK(acks(4 * 148) == 1);
}

TEST_CASE("DLLPs load the direction opposite to what they answer", "[pcie][link]") {
    const Played writes({.settings = one_lane(), .acts = {{.kind = Kind::write, .bytes = 1024}}});
    CHECK(writes.counts(Direction::up).wire_bytes() == 8 * 148);
    CHECK(writes.counts(Direction::down).wire_bytes() == 8 * dllp_wire_bytes);
}

// PCIe 5.0, 2.4.1, table 2-39, row A, column 2.
TEST_CASE("a write passes a read request that lacks credits", "[pcie][link]") {
    LinkStory story{.settings = one_lane(),
                    .acts = {{.kind = Kind::read, .bytes = 256}, {.at = ns(10), .kind = Kind::write, .bytes = 64}}};
    story.settings.root.non_posted = {1, 0};
    const Played held_up(story);
    CHECK(held_up.tlps(write_up).begins.at(0) == held_up.tlps(request_up).ends.at(0));
    CHECK(held_up.tlps(request_up).begins.at(1) > held_up.tlps(write_up).ends.at(0));

    story.settings.root.non_posted = {2, 0};
    const Played free(story);
    CHECK(free.tlps(request_up).begins.at(1) == free.tlps(request_up).ends.at(0));
    CHECK(free.tlps(write_up).begins.at(0) == free.tlps(request_up).ends.at(1));
}

// Row B, column 2: the reader must not find what was there before the write.
TEST_CASE("neither a read request nor a completion passes a write that lacks credits", "[pcie][link]") {
    LinkStory story{.settings = one_lane(),
                    .acts = {{.kind = Kind::cpu_read},
                             {.at = ns(10), .kind = Kind::write, .bytes = 256},
                             {.at = ns(700), .kind = Kind::read, .bytes = 64}}};
    story.settings.root.posted = {1, 0};
    story.settings.update_latency = 200;
    story.settings.completer_latency = ns(550);  // the completion is ready while the second write waits
    const Played held_up(story);
    const Tlps writes = held_up.tlps(write_up);
    CHECK(writes.begins.at(1) > writes.ends.at(0) + ns(800));
    CHECK(held_up.tlps(completion_up).begins.at(0) > writes.ends.at(0));
    CHECK(held_up.tlps(request_up).begins.at(0) >= writes.ends.at(1));

    story.settings.root.posted = {2, 0};
    const Played free(story);
    CHECK(free.tlps(request_up).begins.at(0) < writes.begins.at(1));
}

TEST_CASE("a run that ends no longer holds up what its next write, which lacks credits, did", "[pcie][link]") {
    LinkStory story{.settings = one_lane(),
                    .acts = {{.kind = Kind::write, .bytes = 256},
                             {.at = ns(100), .kind = Kind::configuration_write, .address = 0x80},
                             {.at = ns(2000), .kind = Kind::end_run, .address = 0}}};
    story.settings.root.posted = {1, 0};
    story.settings.update_latency = 10'000;
    const Played played(story);
    CHECK(played.tlps("tlp up 4").begins == std::vector{ns(2004)});
}

TEST_CASE("a completion reaches the CPU only behind the writes before it, however long they take", "[pcie][link]") {
    LinkStory story{.settings = one_lane(),
                    .acts = {{.kind = Kind::write, .bytes = 128}, {.at = ns(10), .kind = Kind::cpu_read}}};
    story.settings.iotlb = {.entries = 1, .page = {4096}, .miss = microseconds(5), .walks = 1};
    const Played played(story);
    CHECK(played.tlps(completion_up).ends.at(0) < microseconds(1));
    CHECK(played.at("completion arrived") == ns(596) + microseconds(5));
    CHECK(played.at("written") == played.at("completion arrived"));
}

TEST_CASE("a read's completion leaves the root complex a latency after its request has come", "[pcie][link]") {
    const Played played({.settings = one_lane(), .acts = {{.kind = Kind::read, .bytes = 128}}});
    CHECK(played.tlps(request_up).ends.at(0) == ns(4 + 80));
    CHECK(played.tlps(completion_down).begins.at(0) == ns(84 + 400));
    CHECK(played.at("ended") == ns(484 + 592));
}

TEST_CASE("no more read requests wait for completions than the engine has tags", "[pcie][link]") {
    const auto second_begin = [](unsigned outstanding) {
        LinkStory story{.settings = one_lane(), .acts = {{.kind = Kind::read, .bytes = 256}}};
        story.settings.engine.outstanding_reads = outstanding;
        const Played played(story);
        return std::pair(played.tlps(request_up).begins.at(1), played.tlps(completion_down).ends.at(0));
    };
    const auto [alone, first_end] = second_begin(1);
    CHECK(alone == first_end + ns(32));  // behind the ACK
    CHECK(second_begin(2).first == ns(84));
}

TEST_CASE("the engine's pace sets the distance of TLPs that the link would take faster", "[pcie][link]") {
    LinkStory story{.settings = one_lane(), .acts = {{.kind = Kind::write, .bytes = 3 * 128}}};
    story.settings.engine.writes_per_second = 1'000'000;
    CHECK(Played(story).tlps(write_up).begins == std::vector{ns(4), ns(1004), ns(2004)});
    story.settings.engine.writes_per_second = 10'000'000;
    CHECK(Played(story).tlps(write_up).begins == std::vector{ns(4), ns(4 + 592), ns(4 + 2 * 592)});
}

// PCIe 5.0, 4.2.7.3: four symbols, every 1538 of them.
TEST_CASE("an SKP ordered set goes before the TLP that would begin when it is due", "[pcie][link]") {
    LinkStory story{.settings = one_lane(), .acts = {{.kind = Kind::write, .bytes = 20 * 128}}};
    story.settings.skp = true;
    const Played played(story);
    const Tlps writes = played.tlps(write_up);
    const Duration due = ns(1538 * 4);
    CHECK(writes.ends.at(10) >= due);
    CHECK(writes.begins.at(10) < due);
    CHECK(writes.begins.at(11) == writes.ends.at(10) + ns(4 * 4));
    for (const std::size_t i : {1u, 5u, 10u, 12u}) CHECK(writes.begins.at(i) == writes.ends.at(i - 1));

    // begins in the very symbol in which the ordered set is due: four symbols later
    LinkStory late{.settings = story.settings, .acts = {{.at = due - ns(4), .kind = Kind::write, .bytes = 64}}};
    CHECK(Played(late).tlps(write_up).begins.at(0) == due + ns(4 * 4));
    late.acts[0].at = due - ns(5);
    CHECK(Played(late).tlps(write_up).begins.at(0) == due - ns(4));
}

TEST_CASE("a translation that is not known holds up a write, one that is does not", "[pcie][link]") {
    LinkStory story{.settings = one_lane(), .acts = {{.kind = Kind::write, .address = 0x1f80, .bytes = 256}}};
    story.settings.iotlb = {.entries = 2, .page = {4096}, .miss = ns(100), .walks = 1};
    const Played played(story);
    CHECK(played.at("written", 0) == ns(596 + 100));
    CHECK(played.at("written", 1) == ns(596 + 592 + 100));  // the next page

    story.acts.push_back({.at = microseconds(5), .kind = Kind::write, .address = 0x1000, .bytes = 64});
    const Played again(story);
    CHECK(again.at("written", 2) == again.tlps(write_up).ends.at(2));
}

TEST_CASE("the IOTLB forgets the page that was used longest ago", "[pcie][link]") {
    LinkStory story{.settings = one_lane()};
    story.settings.iotlb = {.entries = 2, .page = {4096}, .miss = ns(100), .walks = 1};
    Duration at{};
    for (const std::uint64_t address : {0x1000, 0x2000, 0x1000, 0x3000, 0x1000, 0x2000}) {
        story.acts.push_back({.at = at, .kind = Kind::write, .address = address, .bytes = 4});
        at += microseconds(1);
    }
    const Played played(story);
    const Tlps writes = played.tlps(write_up);
    std::vector<bool> missed;
    for (std::size_t i = 0; i < writes.ends.size(); ++i) missed.push_back(played.at("written", i) != writes.ends[i]);
    CHECK(missed == std::vector{true, true, false, true, false, true});
}

TEST_CASE("a page whose mapping has changed takes a walk again, and its neighbours do not", "[pcie][link]") {
    for (const auto& [forgotten, missed] : {std::pair{0x1000u, true}, std::pair{0x2000u, false}}) {
        LinkStory story{.settings = one_lane()};
        story.settings.iotlb = {.entries = 2, .page = {4096}, .miss = ns(100), .walks = 1};
        story.acts = {{.kind = Kind::write, .address = 0x1ffc},
                      {.at = microseconds(1), .kind = Kind::forget, .address = forgotten, .bytes = 4096},
                      {.at = microseconds(2), .kind = Kind::write, .address = 0x1000}};
        const Played played(story);
        CHECK(played.at("written", 0) == played.tlps(write_up).ends[0] + ns(100));
        CHECK(played.at("written", 1) == played.tlps(write_up).ends[1] + (missed ? ns(100) : ns(0)));
    }
}

// 148 bytes of 4 ns each: the second TLP begins at 596 ns.
TEST_CASE("TLPs that begin after software has limited them are no longer than it wants", "[pcie][link]") {
    PcieSettings settings = one_lane();
    settings.max_payload = {512};
    settings.max_read_request = {512};
    const auto lengths = [&](Kind kind, Duration at, const std::string& what) {
        const Played played({.settings = settings,
                             .acts = {{.kind = kind, .bytes = 1024},
                                      {.at = at, .kind = Kind::limit, .address = 128, .bytes = 256},
                                      {.at = microseconds(20), .kind = Kind::limit, .address = 512, .bytes = 512},
                                      {.at = microseconds(30), .kind = kind, .bytes = 512}}});
        return played.bytes(what);
    };
    const Duration second = ns(4 + (512 + 20) * 4);
    using Lengths = std::vector<std::uint64_t>;
    CHECK(lengths(Kind::write, second - Duration(1), write_up) == Lengths{512, 128, 128, 128, 128, 512});
    CHECK(lengths(Kind::write, second, write_up) == Lengths{512, 512, 512});
    CHECK(lengths(Kind::read, ns(5), request_up) == Lengths{512, 256, 256, 512});
    // the root complex keeps to the same payload
    CHECK(lengths(Kind::read, ns(5), completion_down) == Lengths{128, 128, 128, 128, 128, 128, 128, 128, 512});
}

TEST_CASE("memory without room holds up writes, and so the credits of those that follow", "[pcie][link]") {
    LinkStory story{.settings = one_lane(), .acts = {{.kind = Kind::write, .bytes = 4 * 128}}, .capacity = 128};
    const Played ample(story);
    CHECK(ample.tlps(write_up).begins.at(3) == ample.tlps(write_up).ends.at(2));
    story.settings.root.posted = {1, 8};
    const Played tight(story);
    CHECK(tight.tlps(write_up).begins.at(3) > tight.tlps(write_up).ends.at(2));
}
