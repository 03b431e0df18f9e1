// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/report/answer.h>

#include <string>
#include <vector>

#include "tests/scenarios/report/measured_study.h"
#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::scenarios;
using namespace ghostcard::scenarios::report;
using namespace ghostcard::scenarios::sweep;
using namespace ghostcard::tests;

namespace {

constexpr std::uint64_t kib = 1024;
const std::string waits = "bus.initial_wait = [0, 1, 2]\n";
using Texts = std::vector<std::string>;

Answer answer(const std::string& axes, const Measure& measure, const std::string& question = ask_for_memory,
              const std::string& more = "") {
    return answer_of(measured_study(axes, question, measure, more)).value();
}
Texts lines(const Answer& answer) {
    Texts texts;
    for (const AnswerLine& line : answer.lines) texts.push_back(text_of(line));
    return texts;
}

}  // namespace

TEST_CASE("a condition that begins to hold is answered by its least value, with the one at which it fails",
          "[report]") {
    const Answer found =
        answer(memories, drops_if([](const Row& row) { return value_of(row, "card.memory") < 4 * kib; }));
    CHECK(found.summary == "card.memory of at least 4 KiB is enough for frames.dropped == 0.");
    CHECK(lines(found) == Texts{"at least 4 KiB (not 2 KiB)"});
    CHECK(found.notes.empty());
}

TEST_CASE("a condition that ceases to hold is answered by its largest value", "[report]") {
    const Answer found =
        answer(memories, drops_if([](const Row& row) { return value_of(row, "card.memory") > 2 * kib; }));
    CHECK(found.summary == "card.memory of at most 2 KiB is enough for frames.dropped == 0.");
    CHECK(lines(found) == Texts{"at most 2 KiB (not 4 KiB)"});
}

TEST_CASE("a condition that is the same all along is said to be so", "[report]") {
    const Answer always = answer(memories + waits, drops_if([](const Row&) { return false; }));
    CHECK(always.summary ==
          "frames.dropped == 0 holds at every card.memory that was run, from 1 KiB to 8 KiB, whatever bus.initial_wait "
          "is.");
    CHECK(lines(always) == Texts{"every value from 1 KiB to 8 KiB"});
    const Answer never = answer(memories, drops_if([](const Row&) { return true; }));
    CHECK(never.summary == "frames.dropped == 0 holds at no card.memory that was run, from 1 KiB to 8 KiB.");
    CHECK(lines(never) == Texts{"no value from 1 KiB to 8 KiB"});
}

TEST_CASE("a condition that comes and goes is not given a threshold", "[report]") {
    const Answer found = answer(memories, drops_if([](const Row& row) {
                                    const auto memory = value_of(row, "card.memory");
                                    return memory == 2 * kib;
                                }));
    CHECK(found.summary == "frames.dropped == 0 holds for card.memory only 1 KiB and 4 KiB to 8 KiB, not all along.");
    CHECK(found.outcomes.at(0).shape == Shape::mixed);
}

TEST_CASE("an answer that differs in kind says how often it is which", "[report]") {
    const Answer found =
        answer(memories + waits, drops_if([](const Row& row) {
                   const auto memory = value_of(row, "card.memory");
                   const auto wait = value_of(row, "bus.initial_wait");
                   return wait == 0 ? memory < 2 * kib : wait == 1 ? memory > 2 * kib : memory == 2 * kib;
               }));
    CHECK(found.summary ==
          "Along card.memory, frames.dropped == 0 holds from a value on for 1, up to a value for 1 and here and there "
          "for 1 "
          "of 3 values of bus.initial_wait.");
}

TEST_CASE("neighbours with the same answer share a line, and the hardest and easiest cases are named", "[report]") {
    const Answer found =
        answer("card.dma.burst = [\"64 B\", \"32 B\"]\n" + memories + waits, drops_if([](const Row& row) {
                   const auto wait = value_of(row, "bus.initial_wait");
                   if (value_of(row, "card.dma.burst") == 32)
                       return wait == 2 || value_of(row, "card.memory") < 8 * kib;
                   return wait == 2 && value_of(row, "card.memory") < 2 * kib;
               }));
    CHECK(lines(found) == Texts{"card.dma.burst 32 B: at least 8 KiB (not 4 KiB) for bus.initial_wait 0 to 1, "
                                "no value from 1 KiB to 8 KiB for bus.initial_wait 2",
                                "card.dma.burst 64 B: every value from 1 KiB to 8 KiB for bus.initial_wait 0 to 1, "
                                "at least 2 KiB (not 1 KiB) for bus.initial_wait 2"});
    CHECK(
        found.summary ==
        "card.memory of at least 8 KiB is enough for frames.dropped == 0 in 5 of 6 combinations of card.dma.burst and "
        "bus.initial_wait; in the other one no value from 1 KiB to 8 KiB is. It takes that with card.dma.burst 32 B, "
        "bus.initial_wait 1; with card.dma.burst 64 B, bus.initial_wait 0, 1 KiB is enough.");
}

TEST_CASE("an axis that changes nothing is said to, and makes no lines", "[report]") {
    const auto measure = drops_if([](const Row& row) {
        return value_of(row, "card.memory") < (value_of(row, "bus.initial_wait") == 2 ? 8 : 4) * kib;
    });
    const Answer found = answer("card.dma.burst = [\"32 B\", \"64 B\"]\n" + memories + waits, measure);
    CHECK(found.notes == Texts{"card.dma.burst makes no difference to that."});
    CHECK(lines(found) ==
          Texts{"at least 4 KiB (not 2 KiB) for bus.initial_wait 0 to 1, at least 8 KiB (not 4 KiB) for "
                "bus.initial_wait 2"});
    CHECK(found.summary ==
          "card.memory of at least 8 KiB is enough for frames.dropped == 0, whatever bus.initial_wait is. It takes "
          "that with "
          "bus.initial_wait 2; with bus.initial_wait 0, 4 KiB is enough.");
    CHECK(found.outcomes.size() == 6);
}

TEST_CASE("a threshold between values that were not run says so", "[report]") {
    const Answer found = answer(memories, [](Row& row) {
        const auto memory = value_of(row, "card.memory");
        row.metrics["frames.dropped"] = memory < 8 * kib ? 2 : 0;
        return memory == kib || memory == 8 * kib;
    });
    CHECK(lines(found) == Texts{"at least 8 KiB (not 1 KiB; nothing in between was run)"});
    CHECK(found.notes == Texts{"Only 2 of the sweep's 4 points have been run."});
}

TEST_CASE("a point that did not end well does not meet the condition", "[report]") {
    const Answer found = answer(memories, [](Row& row) {
        if (value_of(row, "card.memory") == kib) {
            row.ending = Ending::refused;
            row.reason = "no room";
        } else {
            row.metrics["frames.dropped"] = 0;
        }
        return true;
    });
    CHECK(lines(found) == Texts{"at least 2 KiB (not 1 KiB)"});
    CHECK(found.notes == Texts{"1 point did not end well; there the condition counts as not met."});
}

TEST_CASE("a condition holds where it does for all seeds", "[report]") {
    const auto measure = drops_if([](const Row& row) {
        return value_of(row, "card.memory") < 4 * kib ||
               (row.repetition == 1 && value_of(row, "card.memory") == 4 * kib);
    });
    const Answer found = answer(memories, measure, ask_for_memory, "seeds = 2\n");
    CHECK(lines(found) == Texts{"at least 8 KiB (not 4 KiB)"});
    CHECK(found.notes == Texts{"It holds where it does so for all 2 seeds."});
}

TEST_CASE("words have no order", "[report]") {
    const Answer found =
        answer("bus.arbitration = [\"round-robin\", \"two-level\"]\n",
               drops_if([](const Row& row) { return row.values.at("bus.arbitration") == KeyValue("round-robin"); }),
               "condition = \"frames.dropped == 0\"\nalong = \"bus.arbitration\"\n");
    CHECK(found.summary == "frames.dropped == 0 holds for bus.arbitration only two-level.");
}

TEST_CASE("zipped axes are one way through, not combinations", "[report]") {
    const Answer found = answer("card.memory = [\"1 KiB\", \"2 KiB\", \"4 KiB\"]\nbus.initial_wait = [3, 2, 1]\n",
                                drops_if([](const Row& row) { return value_of(row, "card.memory") < 2 * kib; }),
                                ask_for_memory, "combine = \"zip\"\n");
    CHECK(lines(found) == Texts{"at least 2 KiB (not 1 KiB)"});
    CHECK(found.notes == Texts{"All other axes change together with card.memory."});
}

TEST_CASE("without the metric nothing is answered", "[report]") {
    const Answer found = answer(memories, [](Row& row) {
        row.metrics["frames.delivered"] = 3;
        return true;
    });
    CHECK(found.summary == "No point says anything of frames.dropped == 0.");
    CHECK(found.lines.empty());
}

TEST_CASE("a study without a condition has no answer", "[report]") {
    CHECK_FALSE(
        answer_of(measured_study(memories, "text = \"What happens?\"\n", drops_if([](const Row&) { return true; }))));
}
