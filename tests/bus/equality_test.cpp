// SPDX-License-Identifier: MIT
#include "tests/bus/random_system.h"
#include "tests/support/answer.h"
#include "tests/support/property.h"
#include "tests/support/simulation.h"

#include <sstream>

using namespace ghostcard;
using namespace ghostcard::bus;
using namespace ghostcard::bus::pci;
using namespace ghostcard::tests;

namespace {

std::string observed(const PciSystem& system, Timing timing) {
    try {
        return answer_of_own_process([&] {
            sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
            return events_of(system, timing);
        });
    } catch (const std::exception& error) {
        return std::string(timing == Timing::cycle ? "cycle: " : "analytic: ") + error.what();
    }
}

/// The first line in which they differ, with those before it.
std::string difference(const std::string& cycle, const std::string& analytic) {
    std::istringstream a(cycle), b(analytic);
    std::string before, line_a, line_b;
    while (std::getline(a, line_a)) {
        if (!std::getline(b, line_b)) line_b = "(nothing)";
        if (line_a != line_b) return before + "\ncycle:    " + line_a + "\nanalytic: " + line_b;
        before = line_a;
    }
    return before + "\nthe analytic timing has more";
}

using rc::gen::arbitrary;
using rc::gen::element;
using rc::gen::inRange;

TargetTiming any_target() {
    TargetTiming target;
    target.decode = *element(Decode::fast, Decode::medium, Decode::slow, Decode::subtractive);
    target.initial_wait = *inRange(0u, 6u);
    target.data_wait = *inRange(0u, 3u);
    target.width = *element(32u, 64u);
    return target;
}

TargetTiming any_memory() {
    TargetTiming target = any_target();
    target.line = *element<std::uint64_t>(0, 0, 0, 32, 64);
    switch (*inRange(0, 10)) {
        case 0: target.retry_after = *inRange(1u, 20u); break;
        case 1: target.disconnect_after = *inRange(1u, 20u); break;
        case 2: target.abort_after = *inRange(0u, 40u); break;
        default: break;
    }
    return target;
}

PciSettings any_bus() {
    PciSettings pci;
    pci.clock = {*element<std::uint64_t>(33'000'000, 66'000'000, 25'000'000)};
    pci.width = *element(32u, 64u);
    pci.parking = *element(Parking::none, Parking::host, Parking::last);
    pci.arbitration = *element(Arbitration::round_robin, Arbitration::two_level);
    pci.latency_timer = 8 * *inRange(0u, 12u);
    pci.cache_line = *element<std::uint64_t>(0, 0, 32, 64);
    pci.fast_back_to_back = *inRange(0, 4) == 0;
    pci.bridges = *element(0u, 0u, 0u, 1u, 1u, 2u);
    pci.bridge_buffer = {*element<std::uint64_t>(16, 64, 256)};
    pci.host_target = any_memory();
    return pci;
}

HostSettings any_host() {
    HostSettings host;
    host.translation = *element(TranslationKind::identity, TranslationKind::offset, TranslationKind::iommu);
    host.memory = {1 << 20};
    host.posting.delay = Duration(*inRange<std::int64_t>(0, 400'000));
    if (*inRange(0, 3) == 0) host.posting.buffer = {*element<std::uint64_t>(64, 128, 512)};
    if (*inRange(0, 3) == 0) host.posting.drain = {*inRange<std::uint64_t>(20'000'000, 400'000'000)};
    if (*inRange(0, 3) == 0) host.read_latency = Duration(*inRange<std::int64_t>(1, 2'000'000));
    return host;
}

DeviceRun any_run() {
    DeviceRun run;
    run.pause = Duration(*inRange<std::int64_t>(0, 3'000'000));
    run.write = *inRange(0, 4) != 0;
    run.burst = 4 * *inRange<std::uint64_t>(1, 130);
    if (*arbitrary<bool>()) run.burst = *element<std::uint64_t>(32, 64, 128, 256, 512);
    run.bytes = *inRange<std::uint64_t>(1, 12000);
    run.offset = *inRange<std::uint64_t>(0, 32768);
    if (*inRange(0, 3) != 0) run.offset = run.offset / 64 * 64;
    run.wide = *arbitrary<bool>();
    if (*arbitrary<bool>()) run.byte_time = Duration(*inRange<std::int64_t>(1, 20'000));
    switch (*inRange(0, 6)) {
        case 0: run.pause_after = Duration(*inRange<std::int64_t>(1, 60'000'000)); break;
        case 1: run.stop_after = Duration(*inRange<std::int64_t>(1, 60'000'000)); break;
        default: break;
    }
    return run;
}

PciSystem any_system() {
    PciSystem system;
    system.pci = any_bus();
    system.host = any_host();
    system.registers = any_target();
    system.devices.resize(*inRange<std::size_t>(1, 4));
    for (Device& device : system.devices) {
        const auto runs = *inRange(1, 4);
        for (int i = 0; i < runs; ++i) device.runs.push_back(any_run());
    }
    const auto actions = *inRange(0, 12);
    for (int i = 0; i < actions; ++i) {
        using Kind = HostAction::Kind;
        system.actions.push_back(
            {Duration(*inRange<std::int64_t>(0, 20'000'000)),
             *element(Kind::look, Kind::look, Kind::read_register, Kind::write_register, Kind::unmap, Kind::map),
             *inRange(0u, 3u)});
    }
    return system;
}

}  // namespace

// tools/nightly is the long form.
TEST_CASE("both timings show the same events at the same picosecond, whatever the system", "[bus][equality]") {
    check_random_systems([] {
        const PciSystem system = *rc::gen::exec(any_system);
        const std::string cycle = observed(system, Timing::cycle);
        const std::string analytic = observed(system, Timing::analytic);
        if (cycle != analytic) RC_FAIL(difference(cycle, analytic));
    });
}
