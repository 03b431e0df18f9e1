#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Both timings of the bus give the same result document and the same traces: for every shipped scenario, and for random computers.

GHOSTCARD_SYSTEMS sets how many random ones, GHOSTCARD_SEED the first of their seeds.
"""

import os
import random
import unittest

import ghostcard

SYSTEMS = int(os.environ.get("GHOSTCARD_SYSTEMS", "100"))
FIRST_SEED = int(os.environ.get("GHOSTCARD_SEED", "1"))


def random_sets(seed):
    choose = random.Random(seed)
    burst = choose.choice([16, 32, 64, 128, 256, 512])
    sets = {
        "scenario.seed": seed,
        "video.mode": choose.choice(["160x120@60", "64x48@200", "320x240@60", "480i59.94"]),
        "video.source": choose.choice(["bars", "noise"]),
        "video.frames": 2,
        "card.dma.burst": f"{burst} B",
        "card.memory": f"{choose.choice([burst, 2 * burst, 1024, 4096, 65536, 1 << 20]) + 512} B",
        "card.interrupt": choose.choice(["intx", "msi"]),
        "bus.clock": choose.choice(["33 MHz", "66 MHz", "25 MHz", "8 MHz"]),
        "bus.width": choose.choice([32, 64]),
        "bus.decode": choose.choice(["fast", "medium", "slow", "subtractive"]),
        "bus.initial_wait": choose.randrange(8),
        "bus.data_wait": choose.choice([0, 0, 1, 3]),
        "bus.parking": choose.choice(["none", "host", "last"]),
        "bus.arbitration": choose.choice(["round-robin", "two-level"]),
        "bus.latency_timer": 8 * choose.randrange(10),
        "bus.cache_line": choose.choice(["0 B", "32 B", "64 B"]),
        "bus.fast_back_to_back": choose.choice(["off", "on"]),
        "bus.target.width": choose.choice([32, 64]),
        "bus.target.line": choose.choice(["0 B", "0 B", "32 B", "64 B"]),
        "bus.masters": choose.choice([0, 0, 1, 2, 4]),
        "bus.bridges": choose.choice([0, 0, 0, 1, 2]),
        "bus.bridge_buffer": choose.choice(["16 B", "64 B", "256 B"]),
        "bus.load.period": f"{choose.randrange(1, 40)} us",
        "bus.load.burst": f"{4 * choose.randrange(1, 100)} B",
        "bus.load.operation": choose.choice(["read", "write"]),
        "bus.load.target": choose.choice(["memory", "device"]),
        "host.translation": choose.choice(["identity", "offset", "iommu"]),
        "host.posting_delay": f"{choose.randrange(0, 500)} ns",
        "host.posting_buffer": choose.choice(["0 B", "0 B", "64 B", "256 B"]),
        "host.posting_drain": choose.choice(["0 B/s", "0 B/s", "50 MB/s", "300 MB/s"]),
        "host.read_latency": choose.choice(["0 s", "0 s", "600 ns"]),
        "host.interrupt_latency": f"{choose.randrange(1, 20)} us",
        "host.dpc_latency": f"{choose.randrange(1, 50)} us",
        "consumer.page_offset": f"{choose.randrange(4096)} B",
        "driver.strategy": choose.choice(["common-buffer", "common-buffer", "physical-address"]),
    }
    if choose.randrange(3) == 0:
        sets |= {"host.dpc_latency_spread": f"{choose.randrange(1, 50)} us", "host.dpc_latency_tail": "20 ms",
                 "host.dpc_latency_tail_per_million": choose.choice([100_000, 1_000_000])}
    if choose.randrange(6) == 0:
        sets[choose.choice(["bus.target.disconnect_after", "bus.target.abort_after"])] = choose.randrange(1, 40)
    return sets


def random_link(seed):
    choose = random.Random(seed)
    payload = choose.choice([128, 256, 512])
    sets = random_sets(seed)
    sets["bus.masters"] = sets["bus.bridges"] = 0
    sets |= {
        "bus.kind": "pcie",
        "bus.generation": choose.randrange(1, 6),
        "bus.lanes": choose.choice([1, 2, 4, 8, 16]),
        "bus.max_payload": f"{payload} B",
        "bus.rcb": choose.choice(["64 B", "128 B"]),
        "bus.ecrc": choose.choice(["off", "on"]),
        "bus.skp": choose.choice(["off", "on"]),
        "bus.credits.posted_headers": choose.choice([0, 1, 4, 128]),
        "bus.credits.posted_data": choose.choice([0, payload // 16, 1024]),
        "bus.completer_latency": choose.choice(["0 s", "100 ns"]),
        "bus.writes_per_second": choose.choice([0, 0, 1_000_000]),
        "bus.iotlb.entries": choose.choice([0, 0, 4, 64]),
    }
    return sets


ON_PCI = ("--trace",)  # a waveform shows wires under one timing, transactions under the other
ON_PCIE = ("--trace", "--vcd", "--pcap")


class Timings(ghostcard.TestCase):
    maxDiff = 2000

    def result(self, scenario, timing, sets, traces):
        files = {option: self.folder / option for option in traces}
        options = [each for pair in files.items() for each in pair]
        document = self.run_scenario(scenario, *options, sets=[f"bus.timing={timing}", *sets])
        document["bus"].pop("timing")
        document["scenario"]["keys"]["bus"].pop("timing")
        return document, {option: file.read_bytes() for option, file in files.items()}

    def assert_equal_results(self, scenario, sets=(), traces=ON_PCI):
        cycle, cycle_traces = self.result(scenario, "cycle", sets, traces)
        analytic, analytic_traces = self.result(scenario, "analytic", sets, traces)
        self.assertEqual(cycle, analytic)
        for option in traces:
            self.assertTrue(cycle_traces[option] == analytic_traces[option], f"{option} differs")

    def test_shipped_scenarios_have_the_same_result_under_both_timings(self):
        for scenario in sorted(ghostcard.SCENARIOS.glob("*.toml")):
            on_pci = '"pcie"' not in scenario.read_text()
            with self.subTest(scenario=scenario.name):
                self.assert_equal_results(scenario, traces=ON_PCI if on_pci else ON_PCIE)

    def test_random_computers_have_the_same_result_under_both_timings(self):
        scenario = self.folder / "random.toml"
        scenario.touch()
        for seed in range(FIRST_SEED, FIRST_SEED + SYSTEMS):
            sets = [f"{key}={value}" for key, value in random_sets(seed).items()]
            with self.subTest(sets=" ".join(f"--set '{each}'" for each in sets)):
                self.assert_equal_results(scenario, sets)

    def test_random_links_have_the_same_result_under_both_timings(self):
        scenario = self.folder / "random.toml"
        scenario.touch()
        for seed in range(FIRST_SEED, FIRST_SEED + SYSTEMS // 2):
            sets = [f"{key}={value}" for key, value in random_link(seed).items()]
            with self.subTest(sets=" ".join(f"--set '{each}'" for each in sets)):
                self.assert_equal_results(scenario, sets, ON_PCIE)


if __name__ == "__main__":
    unittest.main()
