#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Traces are opened by their readers, hold what happened, and are the same each time and under both timings."""

import collections
import json
import pathlib
import re
import subprocess
import unittest

import ghostcard

FIELDS = pathlib.Path(__file__).parent / "perfetto_fields.proto"
WINDOW = ("--trace-from", "16.6ms", "--trace-to", "17.6ms")  # the second frame begins at 16.67 ms

SCENARIO = """
[video]
mode = "320x240@60"
frames = 2
"""

Slice = collections.namedtuple("Slice", "begin end name arguments")


def protoc(path, *arguments):
    return subprocess.run(["protoc", *arguments], input=path.read_bytes(), capture_output=True, check=True).stdout.decode()


def decode(path):
    """A message in protobuf's text form as lists by field name."""
    text = protoc(path, f"--proto_path={FIELDS.parent}", "--decode=Trace", FIELDS.name)
    stack = [collections.defaultdict(list)]
    for line in text.splitlines():
        line = line.strip()
        if line == "}":
            stack.pop()
        elif line.endswith("{"):
            message = collections.defaultdict(list)
            stack[-1][line[:-2]].append(message)
            stack.append(message)
        else:
            field, value = line.split(": ", 1)
            stack[-1][field].append(json.loads(value))
    return stack[0]["packet"]


class Trace:
    """A Perfetto trace as its viewer shows it."""

    def __init__(self, path):
        assert protoc(path, "--decode_raw")
        self.times = []
        self.slices = collections.defaultdict(list)
        self.instants = collections.defaultdict(list)
        self.counts = collections.defaultdict(list)
        tracks, names, keys, open_slices = {}, {}, {}, {}
        for packet in decode(path):
            assert packet["trusted_packet_sequence_id"] == [1]
            for descriptor in packet["track_descriptor"]:
                tracks[descriptor["uuid"][0]] = descriptor["name"][0]
            for interned in packet["interned_data"]:
                names |= {each["iid"][0]: each["name"][0] for each in interned["event_names"]}
                keys |= {each["iid"][0]: each["name"][0] for each in interned["debug_annotation_names"]}
            for event in packet["track_event"]:
                time, uuid = packet["timestamp"][0], event["track_uuid"][0]
                self.times.append(time)
                match event["type"][0]:
                    case 1:  # TYPE_SLICE_BEGIN
                        arguments = {keys[each["name_iid"][0]]: (each["uint_value"] + each["string_value"] +
                                                                 each["pointer_value"])[0]
                                     for each in event["debug_annotations"]}
                        assert uuid not in open_slices
                        open_slices[uuid] = (time, names[event["name_iid"][0]], arguments)
                    case 2:  # TYPE_SLICE_END
                        begin, name, arguments = open_slices.pop(uuid)
                        self.slices[tracks[uuid]].append(Slice(begin, time, name, arguments))
                    case 3:  # TYPE_INSTANT
                        self.instants[tracks[uuid]].append((time, names[event["name_iid"][0]]))
                    case 4:  # TYPE_COUNTER
                        self.counts[tracks[uuid]].append((time, event["counter_value"][0]))
        assert not open_slices


class Traces(ghostcard.TestCase):
    def setUp(self):
        super().setUp()
        self.scenario = self.folder / "scenario.toml"
        self.scenario.write_text(SCENARIO)

    def trace(self, *arguments, sets=("bus.timing=analytic",), scenario=None):
        path = self.folder / "trace"
        document = self.run_scenario(scenario or self.scenario, "--trace", path, *arguments, sets=sets)
        return document, Trace(path)

    def test_a_trace_holds_what_the_result_counts(self):
        document, trace = self.trace()
        self.assertEqual(trace.times, sorted(trace.times))
        self.assertEqual(len(trace.slices["DMA bursts"]), document["bus"]["burst"]["count"])
        self.assertEqual(sum(each.arguments["bytes"] for each in trace.slices["DMA bursts"]), 2 * 320 * 240 * 2)
        by_master = collections.Counter(each.name for each in trace.slices["bus"])
        self.assertEqual(by_master["card"], document["bus"]["transactions"]["dma"])
        self.assertEqual(by_master["host"], document["bus"]["transactions"]["cpu"])
        self.assertEqual(len(trace.slices["ISR"]),
                         document["interrupts"]["claimed"] + document["interrupts"]["declined"])
        self.assertEqual(len(trace.slices["DPC"]), document["interrupts"]["dpcs"])
        self.assertEqual(len(trace.slices["interrupts"]), document["interrupts"]["raised"])
        self.assertEqual([each.arguments for each in trace.slices["frame life"]], 2 * [{"outcome": "delivered"}])
        self.assertEqual(sum(each.name != "blanking" for each in trace.slices["video lines"]), 2 * 240)
        copied = sum(each.end - each.begin for each in trace.slices["copy"])
        self.assertAlmostEqual(copied, document["copy"]["simulated_ps"] / 1000, delta=2)

    def test_what_happens_within_something_lies_within_it(self):
        document, trace = self.trace()

        def assert_within(inner, outer):
            self.assertTrue(trace.slices[inner])
            for each in trace.slices[inner]:
                self.assertTrue(any(other.begin <= each.begin and each.end <= other.end
                                    for other in trace.slices[outer]), (inner, each))

        assert_within("copy", "DPC")
        assert_within("copy", "frame life")
        assert_within("DMA bursts", "bus")
        self.assertLessEqual(max(trace.times), document["simulated_ps"] // 1000)
        latency = 2000  # host.interrupt_latency
        begins = [each.begin for each in trace.slices["interrupts"]]
        self.assertEqual([each.begin - latency for each in trace.slices["ISR"]], begins)

    def test_the_memory_level_rises_to_the_high_water_mark_and_ends_empty(self):
        document, trace = self.trace()
        levels = [level for _, level in trace.counts["card memory"]]
        high_water = document["memory"]["high_water_bytes"]
        self.assertLessEqual(max(levels), high_water)
        self.assertGreater(max(levels), high_water - 512)  # what a burst takes, and what arrives during it
        self.assertEqual(levels[-1], 0)

    def test_a_dropped_frame_ends_as_dropped_and_leaves_no_bytes(self):
        document, trace = self.trace(scenario="hd_1080p60_on_32_33.toml")
        outcomes = collections.Counter(each.arguments.get("outcome") for each in trace.slices["frame life"])
        self.assertEqual(outcomes["dropped"], document["frames"]["dropped"])
        self.assertGreater(outcomes["dropped"], 0)
        self.assertEqual(trace.counts["card memory"][-1][1], 0)
        self.assertLessEqual(max(level for _, level in trace.counts["card memory"]), document["memory"]["bytes"])

    def test_a_message_is_an_instant(self):
        document, trace = self.trace(sets=["bus.timing=analytic", "card.interrupt=msi"])
        self.assertEqual([name for _, name in trace.instants["interrupts"]], document["interrupts"]["raised"] * ["MSI"])
        self.assertEqual(len(trace.slices["DMA bursts"]),
                         document["bus"]["burst"]["count"] - document["interrupts"]["raised"])

    def test_the_window_cuts_both_traces(self):
        for timing in ("cycle", "analytic"):
            with self.subTest(timing=timing):
                vcd = self.folder / "vcd"
                _, trace = self.trace("--vcd", vcd, *WINDOW, sets=[f"bus.timing={timing}"])
                self.assertEqual((min(trace.times), max(trace.times)), (16_600_000, 17_600_000))
                self.assertTrue(trace.slices["DMA bursts"])
                times = [int(each) for each in re.findall("^#([0-9]+)$", vcd.read_text(), re.MULTILINE)]
                self.assertEqual(times, sorted(times))
                # The last one is the end of the file.
                self.assertTrue(all(16_600_000_000 <= time <= 17_600_000_000 for time in times[:-1]))

    def test_traces_are_the_same_each_time_and_under_both_timings(self):
        for window in ((), WINDOW):
            traces = []
            for timing in ("cycle", "analytic", "analytic"):
                path = self.folder / "trace"
                self.run_scenario(self.scenario, "--trace", path, *window, sets=[f"bus.timing={timing}"])
                traces.append(path.read_bytes())
            self.assertTrue(traces[0] == traces[1] == traces[2])

    def test_bursts_that_the_target_cuts_in_two_are_told_in_order(self):
        """Found by 300 random computers: a bus that repeats them tells of all first halves, then of all second ones."""
        sets = ["bus.clock=8 MHz", "bus.width=64", "bus.decode=fast", "bus.initial_wait=7", "bus.parking=last",
                "bus.latency_timer=56", "bus.cache_line=32 B", "bus.target.line=64 B", "card.dma.burst=64 B",
                "card.memory=1 MiB", "video.mode=480i59.94"]
        _, trace = self.trace("--trace-from", "50.1 ms", "--trace-to", "50.3 ms", sets=["bus.timing=analytic", *sets])
        self.assertIn("disconnect", {each.arguments.get("outcome") for each in trace.slices["DMA bursts"]})
        begins = [each.begin for each in trace.slices["bus"]]
        self.assertEqual(begins, sorted(begins))
        self.assertEqual(trace.times, sorted(trace.times))

    def waveform(self, timing):
        vcd, fst = self.folder / f"{timing}.vcd", self.folder / f"{timing}.fst"
        document = self.run_scenario(self.scenario, "--vcd", vcd, *WINDOW, "--trace", self.folder / "trace",
                                     sets=[f"bus.timing={timing}"])
        subprocess.run(["vcd2fst", vcd, fst], stdout=subprocess.DEVNULL, check=True)
        self.assertGreater(fst.stat().st_size, 0)
        return document, vcd.read_text(), fst

    def test_a_waveform_of_pins_is_opened_by_its_reader(self):
        _, text, _ = self.waveform("cycle")
        self.assertIn(" FRAME# ", text)

    def test_a_waveform_of_transactions_is_opened_by_its_reader_and_shows_each(self):
        _, text, fst = self.waveform("analytic")
        again = subprocess.run(["fst2vcd", fst], capture_output=True, text=True, check=True).stdout
        for signal in ("busy", "owner", "command", "address", "bytes", "termination"):
            self.assertRegex(again, rf"\$var \w+ \d+ \S+ {signal}\b")
        bus = Trace(self.folder / "trace").slices["bus"]
        self.assertEqual(len(re.findall("^1!$", text, re.MULTILINE)), len(bus))
        self.assertEqual([int(each, 2) for each in re.findall("^b([01]+) [$]$", text, re.MULTILINE)],
                         [each.arguments.get("address", 0) for each in bus])

    # ---- on PCI Express ----

    LINK = ("bus.kind=pcie", "bus.generation=1", "bus.lanes=1", "card.interrupt=intx")

    def test_the_tracks_of_a_link_hold_what_the_result_counts(self):
        document, trace = self.trace(sets=self.LINK)
        self.assertEqual(trace.times, sorted(trace.times))
        self.assertEqual(sum(each.arguments["bytes"] for each in trace.slices["DMA bursts"]), 2 * 320 * 240 * 2)
        for direction in ("up", "down"):
            self.assertEqual(len(trace.slices[f"link {direction}"]), document["bus"][direction]["tlps"])
        by_kind = collections.Counter(each.name for each in trace.slices["link up"])
        self.assertEqual(by_kind["memory_write"], len(trace.slices["DMA bursts"]))
        self.assertEqual(by_kind["interrupt"], 2 * document["interrupts"]["raised"])
        self.assertEqual(len(trace.slices["interrupts"]), document["interrupts"]["raised"])
        self.assertFalse(trace.slices["bus"])

    def test_a_link_carries_one_packet_at_a_time_and_its_bytes_take_their_time(self):
        _, trace = self.trace(sets=self.LINK)
        for direction in ("up", "down"):
            slices = trace.slices[f"link {direction}"]
            self.assertTrue(all(one.end <= other.begin for one, other in zip(slices, slices[1:])))
        full = [each for each in trace.slices["DMA bursts"] if each.arguments["bytes"] == 256]
        self.assertTrue(full)
        self.assertTrue(all(each.end - each.begin == (256 + 20) * 4 for each in full))

    def test_a_waveform_of_a_link_is_opened_by_its_reader_and_shows_each_tlp_under_both_timings(self):
        texts = []
        for timing in ("cycle", "analytic"):
            vcd, fst = self.folder / f"{timing}.vcd", self.folder / f"{timing}.fst"
            document, trace = self.trace("--vcd", vcd, sets=(*self.LINK, f"bus.timing={timing}"))
            subprocess.run(["vcd2fst", vcd, fst], stdout=subprocess.DEVNULL, check=True)
            again = subprocess.run(["fst2vcd", fst], capture_output=True, text=True, check=True).stdout
            for signal in ("busy", "kind", "address", "bytes", "tag", "status"):
                self.assertEqual(len(re.findall(rf"\$var \w+ \d+ \S+ {signal}\b", again)), 2)
            texts.append(vcd.read_text())
        self.assertTrue(texts[0] == texts[1])
        for letter, direction in (("u", "up"), ("d", "down")):
            shown = re.findall(rf"^b([01]+) {letter}[$]$", texts[0], re.MULTILINE)
            self.assertEqual(len(shown), document["bus"][direction]["tlps"])
            self.assertEqual([int(each, 2) for each in shown],
                             [each.arguments.get("address", 0) for each in trace.slices[f"link {direction}"]])


if __name__ == "__main__":
    unittest.main()
