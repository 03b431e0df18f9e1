# SPDX-License-Identifier: MIT
"""Every shipped scenario meets its expectations, and does the same each time."""

import unittest

import ghostcard

# Half a millisecond of bus activity, in which every shipped raster is in its second frame.
WINDOW = ("--trace-from", "33.4ms", "--trace-to", "33.9ms")


class Scenarios(ghostcard.TestCase):
    def test_shipped_scenarios_pass_and_repeat_to_the_bit(self):
        scenarios = sorted(ghostcard.SCENARIOS.glob("*.toml"))
        self.assertGreaterEqual(len(scenarios), 8)
        for scenario in scenarios:
            with self.subTest(scenario=scenario.name):
                runs = []
                for number in range(2):
                    vcd = self.folder / f"{number}.vcd"
                    has_wires = 'kind = "pcie"' not in scenario.read_text(encoding="utf-8")
                    trace = ("--vcd", vcd, *WINDOW) if has_wires else ()
                    self.run_scenario(scenario, *trace, "--out", self.folder / f"out{number}")
                    result = self.folder / f"out{number}" / "result.json"
                    runs.append((result.read_bytes(), vcd.read_bytes() if has_wires else b""))
                self.assertEqual(runs[0], runs[1])

    def test_without_payload_all_timing_is_the_same(self):
        for scenario, status, *sets in (
                ("sd_480i.toml", 1, "bus.timing=cycle", "video.frames=2"),
                ("hd_1080p60_on_32_33.toml", 0, "bus.timing=analytic"),
                ("hd_1080p60_on_pcie.toml", 0, "bus.timing=analytic"),
                ("hd_720p60.toml", 0, "bus.timing=analytic", "host.posting_buffer=512 B"),
                ("hd_720p60.toml", 1, "bus.timing=analytic", "host.translation=iommu", "driver.strategy=packet",
                 "card.memory=1 MiB", "card.interrupt=msi"),
                ("misaligned_buffer.toml", 0, "bus.timing=analytic")):
            with self.subTest(scenario=scenario, sets=sets):
                results = []
                for payload in ("moved", "none"):
                    result = self.run_scenario(scenario, sets=(*sets, f"video.payload={payload}"), status=status)
                    self.assertEqual(result["scenario"]["keys"]["video"].pop("payload"), payload)
                    results.append(result)
                self.assertEqual(results[0], results[1])

    def test_a_seed_changes_the_noise_and_where_pages_lie_but_not_the_outcome(self):
        runs = [self.run_scenario("sd_480i.toml", sets=[f"scenario.seed={seed}", "video.source=noise"])
                for seed in (1, 2)]
        self.assertEqual(runs[0]["frames"], runs[1]["frames"])


if __name__ == "__main__":
    unittest.main()
