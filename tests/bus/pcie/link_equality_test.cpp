// SPDX-License-Identifier: MIT
#include "tests/bus/pcie/link_bench.h"
#include "tests/support/property.h"

#include <sstream>

using namespace ghostcard;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::tests;

namespace {

using Act = LinkStory::Act;
using Kind = LinkStory::Kind;

template <class Value>
Value one_of(std::initializer_list<Value> values) {
    return *rc::gen::elementOf(std::vector<Value>(values));
}
std::uint64_t up_to(std::uint64_t most) { return *rc::gen::inRange<std::uint64_t>(0, most + 1); }

PcieSettings any_settings() {
    PcieSettings settings;
    settings.generation = static_cast<unsigned>(1 + up_to(4));
    settings.lanes = one_of({1u, 2u, 4u, 8u, 16u});
    settings.max_payload = {one_of<std::uint64_t>({128, 256, 512, 4096})};
    settings.max_read_request = {one_of<std::uint64_t>({128, 256, 512, 4096})};
    settings.rcb = {one_of<std::uint64_t>({64, 128})};
    settings.max_completion = {one_of<std::uint64_t>({0, settings.rcb.count})};
    settings.ecrc = one_of({false, true});
    settings.skp = one_of({true, true, false});
    if (up_to(3) == 0) settings.ack_latency = static_cast<unsigned>(up_to(100));
    if (up_to(3) == 0) settings.update_latency = static_cast<unsigned>(up_to(100));
    const auto units = static_cast<std::uint32_t>(settings.max_payload.count / 16);
    if (up_to(1) == 0) {
        settings.root.posted = {static_cast<std::uint32_t>(1 + up_to(8)), units * static_cast<std::uint32_t>(up_to(5))};
        settings.root.non_posted = {static_cast<std::uint32_t>(1 + up_to(3)), 0};
        settings.root.completion = {static_cast<std::uint32_t>(up_to(1)), units};
        settings.device.posted = {1, units};
        settings.device.non_posted = {1, 1};
        settings.device.completion = {static_cast<std::uint32_t>(up_to(3)),
                                      units * static_cast<std::uint32_t>(up_to(2))};
    }
    settings.read_latency = {.minimum = nanoseconds(up_to(500)),
                             .spread = nanoseconds(one_of({0, 0, 50})),
                             .tail_per_million = one_of({0u, 100'000u}),
                             .tail = nanoseconds(700),
                             .seed = up_to(100)};
    settings.iotlb.entries = one_of({0u, 0u, 1u, 4u});
    settings.iotlb.walks = static_cast<unsigned>(1 + up_to(3));
    settings.engine = {.outstanding_reads = one_of({1u, 2u, 5u, 32u}),
                       .writes_per_second = one_of<std::uint64_t>({0, 0, 47'400'000, 3'000'000}),
                       .requests_per_second = one_of<std::uint64_t>({0, 0, 67'000'000, 3'000'000})};
    settings.completer_latency = nanoseconds(one_of({0, 0, 100}));
    return settings;
}

Act any_act(Duration at, const PcieSettings& settings) {
    Act act{.at = at};
    act.kind = one_of({Kind::write, Kind::write, Kind::write, Kind::read, Kind::read, Kind::message, Kind::interrupt,
                       Kind::cpu_read, Kind::cpu_write, Kind::configuration_write, Kind::limit, Kind::forget,
                       Kind::end_run, Kind::look, Kind::look});
    if (act.kind == Kind::limit) {
        act.address = std::max<std::uint64_t>(128, settings.max_payload.count >> up_to(3));
        act.bytes = 128u << up_to(5);
        return act;
    }
    if (act.kind == Kind::end_run) {
        act.address = up_to(4);
        return act;
    }
    act.address = one_of<std::uint64_t>({0x1000, 0x1f80, 0x10'0001, 0xffff'f000 - 0x2000, 0x1'0000'0000, 0x20'0abc});
    if (act.kind == Kind::write || act.kind == Kind::read) {
        act.bytes = one_of<std::uint64_t>({1, 64, 300, 4096, 10'000, 65'536}) + up_to(1) * up_to(300);
        act.burst_bytes = one_of<std::uint64_t>({0, 64, 256, 1000, 1024, 4096});
        act.for_each_byte = Duration(one_of({0, 0, 0, 100, 1000, 3000}));
        if (up_to(9) == 0) act.arriving = act.bytes / 2;
        if (act.kind == Kind::write && up_to(5) == 0)  // a frame, so to speak
            act = {.at = at, .kind = Kind::write, .address = 0x10'0000, .bytes = 400'000, .burst_bytes = 4096};
    } else {
        act.address = act.address / 4 * 4;
    }
    return act;
}

LinkStory any_story() {
    LinkStory story{.settings = any_settings()};
    story.capacity = one_of<std::uint64_t>({0, 0, 0, 256, 8192});
    if (up_to(3) == 0) story.refused_from = {0x20'0000};
    Duration at{};
    const std::uint64_t acts = 1 + up_to(7);
    for (std::uint64_t i = 0; i < acts; ++i) {
        story.acts.push_back(any_act(at, story.settings));
        // at once, at a round instant, or anywhere
        at += Duration(static_cast<std::int64_t>(one_of<std::uint64_t>({0, 4000, 65'000, up_to(30'000'000)})));
    }
    return story;
}

std::string describe(const LinkStory& story) {
    std::ostringstream text;
    const PcieSettings& s = story.settings;
    text << "gen" << s.generation << " x" << s.lanes << " mps " << s.max_payload.count << " mrrs "
         << s.max_read_request.count << " capacity " << story.capacity << " skp " << s.skp << " posted "
         << s.root.posted.headers << '/' << s.root.posted.data << " iotlb " << s.iotlb.entries << '\n';
    for (const Act& act : story.acts)
        text << act.at.count() << ": kind " << static_cast<int>(act.kind) << " at " << act.address << " bytes "
             << act.bytes << " burst " << act.burst_bytes << " pace " << act.for_each_byte.count() << '\n';
    return text.str();
}

}  // namespace

// tools/nightly is the long form.
TEST_CASE("both timings give every event of a random PCI Express system the same instant", "[pcie][link][equality]") {
    check_random_systems([] {
        const LinkStory story = any_story();
        LinkBench cycle(LinkTiming::cycle, story);
        LinkBench analytic(LinkTiming::analytic, story);
        const auto expected = cycle.play();
        const auto actual = analytic.play();
        if (actual == expected && analytic.link().counts(Direction::up) == cycle.link().counts(Direction::up) &&
            analytic.link().counts(Direction::down) == cycle.link().counts(Direction::down))
            return;
        std::ostringstream difference;
        for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
            if (i < expected.size() && i < actual.size() && expected[i] == actual[i]) continue;
            if (i < expected.size()) difference << "cycle    " << expected[i] << '\n';
            if (i < actual.size()) difference << "analytic " << actual[i] << '\n';
            break;
        }
        RC_FAIL(describe(story) + difference.str());
    });
}
