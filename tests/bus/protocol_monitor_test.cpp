// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"

#include <ghostcard/bus/pci/protocol_monitor.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::bus::pci;

namespace {

/// Wires drawn by hand, a character for each clock: '_' asserted, '-' not; REQ# and GNT# as a digit whose bits are the
/// masters. What is not drawn is not asserted; GNT0# rests asserted. Master 0 is on the bus unless grants say
/// otherwise.
struct Waves {
    std::string frame, irdy, devsel, trdy, stop;
    std::string requests{}, grants{};
    Command command = Command::memory_write;
    std::uint64_t address = 0x1000;
    std::string enables{};  ///< A digit of C/BE# for each clock; not drawn: all bytes.
    std::string req64{}, ack64{};
    bool dual = false;
    std::uint64_t second_address = 0x1000;  ///< Of every transaction but the first.
};

std::vector<Pins> pins_of(const Waves& waves) {
    std::vector<Pins> clocks;
    unsigned transactions = 0;
    for (std::size_t i = 0; i < waves.frame.size(); ++i) {
        const auto low = [i](const std::string& wave) { return i < wave.size() && wave[i] == '_'; };
        const auto digit = [i](const std::string& wave, unsigned rest) {
            return i < wave.size() ? static_cast<unsigned>(std::stoul(wave.substr(i, 1), nullptr, 16)) : rest;
        };
        Pins pins{.frame = low(waves.frame),
                  .irdy = low(waves.irdy),
                  .devsel = low(waves.devsel),
                  .trdy = low(waves.trdy),
                  .stop = low(waves.stop),
                  .req64 = low(waves.req64),
                  .ack64 = low(waves.ack64),
                  .req = digit(waves.requests, 0),
                  .gnt = digit(waves.grants, 1),
                  .cbe = static_cast<std::uint8_t>(0xf0 | digit(waves.enables, 0))};
        if (!waves.req64.empty()) pins.cbe = static_cast<std::uint8_t>(digit(waves.enables, 0) * 0x11);
        const bool begins = pins.frame && (i == 0 || waves.frame[i - 1] != '_');
        if (begins) {
            const std::uint64_t address = transactions++ == 0 ? waves.address : waves.second_address;
            pins.ad = address & 0xffff'ffff;
            pins.cbe = static_cast<std::uint8_t>(waves.dual ? Command::dual_address : waves.command);
        } else if (waves.dual && i > 0 && clocks.back().cbe == static_cast<std::uint8_t>(Command::dual_address)) {
            pins.ad = waves.address >> 32;
            pins.cbe = static_cast<std::uint8_t>(waves.command);
        }
        clocks.push_back(pins);
    }
    return clocks;
}

std::set<Rule> broken_by(const Waves& waves, std::uint64_t cache_line = 0) {
    ProtocolMonitor monitor(cache_line);
    for (const Pins& pins : pins_of(waves)) monitor.drive(pins);
    std::set<Rule> rules;
    for (const auto& violation : monitor.violations()) rules.insert(violation.rule);
    return rules;
}

std::string names(const std::set<Rule>& rules) {
    std::string names;
    for (const Rule rule : rules) names += std::string(text(rule)) + " (" + std::string(source(rule)) + ")\n";
    return names;
}

/// Wires that break a rule, and their like that do not.
struct Case {
    Rule rule;
    Waves wrong, right;
    std::uint64_t cache_line = 0;
};

const Waves write_wave{.frame = "-__--", .irdy = "--__-", .devsel = "--__-", .trdy = "--__-", .stop = "-----"};
const Waves read_wave{.frame = "-___--",
                      .irdy = "--___-",
                      .devsel = "--___-",
                      .trdy = "---__-",
                      .stop = "------",
                      .command = Command::memory_read};
/// Stopped in its first data phase, with DEVSEL#: a retry.
const Waves retry_wave{.frame = "-__---", .irdy = "--__--", .devsel = "--__--", .trdy = "------", .stop = "--__--"};

template <class Change>
Waves changed(Waves waves, Change change) {
    change(waves);
    return waves;
}

std::string times(std::size_t n, char level) { return std::string(n, level); }

/// A burst of two data phases, the first of which ends `first` clocks and the second `second` clocks after the one
/// before (the first: after the address phase).
Waves burst_with_waits(std::size_t first, std::size_t second) {
    return {.frame = "-_" + times(first, '_') + times(second, '-') + "-",
            .irdy = "--" + times(first + second, '_') + "-",
            .devsel = "--" + times(first + second, '_') + "-",
            .trdy = "--" + times(first - 1, '-') + "_" + times(second - 1, '-') + "_-",
            .stop = ""};
}

std::vector<Case> cases() {
    std::vector<Case> cases;
    const auto add = [&](Rule rule, const Waves& right, auto change, std::uint64_t cache_line = 0) {
        cases.push_back({rule, changed(right, change), right, cache_line});
    };
    // ---- arbiter
    add(Rule::one_grant, write_wave, [](Waves& w) { w.grants = "11133"; });
    add(Rule::grant_gap,
        changed(write_wave, [](Waves& w) { w.frame = w.irdy = w.devsel = w.trdy = "---", w.grants = "102"; }),
        [](Waves& w) { w.grants = "122"; });
    add(Rule::grant_to_asker, changed(write_wave, [](Waves& w) { w.requests = "00220", w.grants = "11112"; }),
        [](Waves& w) { w.grants = "11114"; });
    // ---- beginning
    add(Rule::begin_granted, write_wave, [](Waves& w) { w.grants = "00000"; });
    add(Rule::begin_on_idle_bus,
        changed(write_wave,
                [](Waves& w) {
                    w.frame = "-_------_--", w.irdy = "--_____--_-", w.devsel = "---------_-", w.trdy = "---------_-";
                }),
        [](Waves& w) { w.frame = "-_----_---", w.irdy = "--____-_--", w.devsel = w.trdy = "-------_--"; });
    const Waves twice{.frame = "-_-_--", .irdy = "--_-_-", .devsel = "--_-_-", .trdy = "--_-_-", .stop = "------"};
    add(Rule::back_to_back, twice, [](Waves& w) { w.stop = "--_---", w.trdy = "----_-"; });
    add(Rule::back_to_back, twice, [](Waves& w) { w.grants = "112222"; });
    cases.push_back({Rule::back_to_back,
                     {.frame = "-_--_---",
                      .irdy = "--__-__-",
                      .devsel = "--__-__-",
                      .trdy = "---_--_-",
                      .stop = "",
                      .command = Command::memory_read},
                     {.frame = "-_---_---",
                      .irdy = "--__--__-",
                      .devsel = "--__--__-",
                      .trdy = "---_---_-",
                      .stop = "",
                      .command = Command::memory_read}});
    add(Rule::irdy_in_address_phase, write_wave, [](Waves& w) { w.irdy = "-___-"; });
    const Waves dual{.frame = "-___--",
                     .irdy = "---__-",
                     .devsel = "---__-",
                     .trdy = "---__-",
                     .stop = "",
                     .address = 0x2'0000'1000,
                     .dual = true};
    add(Rule::dual_address, dual, [](Waves& w) { w.address = 0x1000; });
    // ---- master
    add(Rule::frame_off_with_irdy, write_wave, [](Waves& w) { w.irdy = "---_-", w.frame = "-_---"; });
    add(Rule::frame_and_irdy_kept, burst_with_waits(3, 1), [](Waves& w) { w.frame = "-__----"; });
    add(Rule::frame_and_irdy_kept, burst_with_waits(3, 1), [](Waves& w) { w.irdy = "--_-__-"; });
    add(Rule::master_abort_in_time, {.frame = "-_____---", .irdy = "--_____--", .devsel = "", .trdy = "", .stop = ""},
        [](Waves& w) { w.frame = "-____----", w.irdy = "--____---"; });
    add(Rule::frame_off_after_stop, retry_wave,
        [](Waves& w) { w.frame = "-___--", w.irdy = w.devsel = w.stop = "--___-"; });
    add(Rule::irdy_off_at_end, write_wave, [](Waves& w) { w.irdy = "--___"; });
    add(Rule::irdy_within_8,
        {.frame = "-_" + times(6, '_') + "--",
         .irdy = "--" + times(6, '-') + "_-",
         .devsel = "--" + times(7, '_') + "-",
         .trdy = "--" + times(6, '-') + "_-",
         .stop = ""},
        [](Waves& w) {
            w.frame = "-_" + times(7, '_') + "--";
            w.irdy = "--" + times(7, '-') + "_-";
            w.devsel = "--" + times(8, '_') + "-";
            w.trdy = "--" + times(7, '-') + "_-";
        });
    add(Rule::irdy_within_8,
        {.frame = "-__" + times(7, '_') + "--",
         .irdy = "--_" + times(7, '-') + "_-",
         .devsel = "--_" + times(8, '_') + "-",
         .trdy = "--_" + times(7, '-') + "_-",
         .stop = ""},
        [](Waves& w) {
            w.frame = "-__" + times(8, '_') + "--";
            w.irdy = "--_" + times(8, '-') + "_-";
            w.devsel = "--_" + times(9, '_') + "-";
            w.trdy = "--_" + times(8, '-') + "_-";
        });
    // ---- after STOP#: the idle clock is the fifth
    add(Rule::request_off_after_stop, changed(retry_wave, [](Waves& w) { w.requests = "111001"; }),
        [](Waves& w) { w.requests = "111010"; });
    add(Rule::request_off_after_stop, changed(retry_wave, [](Waves& w) { w.requests = "111100"; }),
        [](Waves& w) { w.requests = "111101"; });
    const Waves retried_twice{.frame = "-__----__--",
                              .irdy = "--__----__-",
                              .devsel = "--__----__-",
                              .trdy = "--------__-",
                              .stop = "--__-------"};
    add(Rule::retry_repeated, retried_twice, [](Waves& w) { w.second_address = 0x1004; });
    add(Rule::retry_repeated, retried_twice, [](Waves& w) { w.enables = "00000000300"; });
    // ---- bytes
    add(Rule::byte_enables_kept, changed(burst_with_waits(2, 1), [](Waves& w) { w.enables = "001100"; }),
        [](Waves& w) { w.enables = "001300"; });
    const Waves three{.frame = "-___--", .irdy = "--___-", .devsel = "--___-", .trdy = "--___-", .stop = ""};
    add(Rule::byte_enables_inside, changed(three, [](Waves& w) { w.enables = "003080"; }),
        [](Waves& w) { w.enables = "000800"; });
    const Waves lines =
        changed(write_wave, [](Waves& w) { w.command = Command::memory_write_and_invalidate, w.address = 0x1008; });
    add(
        Rule::whole_lines, lines, [](Waves& w) { w.address = w.address + 4; }, 8);
    add(
        Rule::whole_lines, lines, [](Waves& w) { w.enables = "00800"; }, 8);
    add(
        Rule::whole_lines, lines, [](Waves& w) { w.frame = "-_---", w.irdy = w.devsel = w.trdy = "--_--"; }, 8);
    // ---- target
    add(Rule::devsel_in_time,
        {.frame = "-_-----", .irdy = "--____-", .devsel = "-----_-", .trdy = "-----_-", .stop = ""},
        [](Waves& w) { w.frame = "-_------", w.irdy = "--_____-", w.devsel = w.trdy = "------_-"; });
    add(Rule::devsel_first, burst_with_waits(2, 1), [](Waves& w) { w.devsel = "------", w.trdy = "---__-"; });
    add(Rule::devsel_kept, burst_with_waits(3, 1), [](Waves& w) { w.devsel = "--_-__-"; });
    const Waves abort{.frame = "-___--", .irdy = "--___-", .devsel = "--_---", .trdy = "", .stop = "---__-"};
    add(Rule::devsel_before_abort, abort,
        [](Waves& w) { w.devsel = "--_----", w.stop = "----__-", w.frame = "-____--", w.irdy = "--____-"; });
    add(Rule::read_turnaround, read_wave, [](Waves& w) { w.trdy = "--___-"; });
    add(Rule::trdy_kept, {.frame = "-___--", .irdy = "---__-", .devsel = "--___-", .trdy = "--___-", .stop = ""},
        [](Waves& w) { w.trdy = "--_-_-", w.irdy = "----_-", w.frame = "-___--"; });
    add(Rule::trdy_off_after_stop,
        {.frame = "-__---", .irdy = "--__--", .devsel = "--__--", .trdy = "--_---", .stop = "--__--"},
        [](Waves& w) { w.trdy = "--__--"; });
    add(Rule::stop_kept, retry_wave, [](Waves& w) { w.stop = "--_---", w.trdy = "---_--"; });
    add(Rule::target_off_at_end, write_wave, [](Waves& w) { w.devsel = "--___"; });
    add(Rule::target_off_at_end, write_wave, [](Waves& w) { w.stop = "_----"; });
    cases.push_back({Rule::target_within_16, burst_with_waits(16, 1), burst_with_waits(15, 1)});
    cases.push_back({Rule::target_within_8, burst_with_waits(1, 9), burst_with_waits(1, 8)});
    const Waves wide = changed(write_wave, [](Waves& w) { w.req64 = w.frame, w.ack64 = w.devsel; });
    add(Rule::wide_handshake, wide, [](Waves& w) { w.req64 = "-----"; });
    add(Rule::wide_handshake, wide, [](Waves& w) { w.req64 = "-_---"; });
    add(Rule::wide_handshake, wide, [](Waves& w) { w.ack64 = "--_--"; });
    return cases;
}

}  // namespace

TEST_CASE("the monitor sees each rule broken, and nothing in the like that keeps to it", "[bus][monitor]") {
    for (const Case& c : cases()) {
        CAPTURE(text(c.rule), c.wrong.frame, c.wrong.irdy);
        const auto broken = broken_by(c.wrong, c.cache_line);
        INFO(names(broken));
        CHECK(broken.count(c.rule) == 1);
        CHECK(names(broken_by(c.right, c.cache_line)) == "");
    }
}

TEST_CASE("every rule of the monitor is broken once in these tests, and has a sentence and a source",
          "[bus][monitor]") {
    std::set<Rule> provoked;
    for (const Case& c : cases()) provoked.insert(c.rule);
    for (int i = 0; i <= static_cast<int>(Rule::wide_handshake); ++i) {
        const auto rule = static_cast<Rule>(i);
        CAPTURE(text(rule));
        CHECK(provoked.count(rule) == 1);
        CHECK_FALSE(text(rule).empty());
        CHECK_FALSE(source(rule).empty());
    }
}

TEST_CASE("the monitor says in which clock a rule was broken", "[bus][monitor]") {
    ProtocolMonitor monitor;
    for (const Pins& pins : pins_of(changed(read_wave, [](Waves& w) { w.trdy = "--___-"; }))) monitor.drive(pins);
    REQUIRE(monitor.violations().size() == 1);
    CHECK(monitor.violations()[0].clock == 3);
}

TEST_CASE("STOP# with the last data that the master wanted stops nothing", "[bus][monitor]") {
    // Shimizu's rules 18 and 19 ask for STOP# in the last two clocks; here the master may go on at once.
    CHECK(broken_by({.frame = "-_-_--",
                     .irdy = "--_-_-",
                     .devsel = "--_-_-",
                     .trdy = "--_-_-",
                     .stop = "--_-_-",
                     .requests = "111111"})
              .empty());
}
