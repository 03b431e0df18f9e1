#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The discussion's questions and answers, each a scenario, under all translations and both timings of the bus."""

import subprocess
import tomllib
import unittest

import ghostcard

FOLDER = ghostcard.SCENARIOS / "discussion"
TRANSLATIONS = (
    ("host.translation=identity",),
    ("host.translation=offset", "host.offset=2 GiB"),
    ("host.translation=iommu",),
)


class Discussion(ghostcard.TestCase):
    def test_each_question_and_answer_passes_under_every_translation_and_both_timings(self):
        scenarios = sorted(FOLDER.glob("*.toml"))
        self.assertGreaterEqual(len(scenarios), 24)
        for scenario in scenarios:
            # A physical address does something else under each translation, and has a scenario for each; only page
            # tables gather.
            own = scenario.name.startswith(("physical_address", "packet_gathered"))
            for translation in ((),) if own else TRANSLATIONS:
                results = []
                for timing in ("cycle", "analytic"):
                    with self.subTest(scenario=scenario.name, translation=translation, timing=timing):
                        results.append(self.run_scenario(scenario, sets=[*translation, f"bus.timing={timing}"]))
                        self.assertEqual(results[-1]["verdict"], "passed")
                self.assertEqual(results[0]["verifier"], results[1]["verifier"])
                self.assertEqual(results[0]["driver"], results[1]["driver"])
                self.assertEqual(results[0]["frames"], results[1]["frames"])

    def test_all_of_them_run_in_one_command(self):
        scenarios = sorted(FOLDER.glob("*.toml"))
        command = [ghostcard.COMMAND, "run", *scenarios]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for scenario in scenarios:
            title = tomllib.loads(scenario.read_text(encoding="utf-8"))["scenario"]["title"]
            self.assertIn(title, done.stdout)

    def test_an_allocator_that_loses_the_alignment_is_told_of_on_either_bus(self):
        for peer, kept in (("standard", True), ("own-allocator", True), ("ignores-request", False),
                           ("shifts-by-prefix", False), ("reuses-allocator", False)):
            for kind in ("pci", "pcie"):
                sets = [f"consumer.allocator={peer}", f"bus.kind={kind}", "bus.timing=analytic", "video.frames=2",
                        "video.mode=320x240@60"]
                result = self.run_scenario("discussion/allocator_common_buffer.toml", sets=sets, status=1)
                self.assertEqual(result["consumer"]["alignment_kept"], kept)
                self.assertEqual(result["frames"]["delivered"], 2)  # a common buffer does not care
                packet = self.run_scenario("discussion/allocator_common_buffer.toml",
                                           sets=[*sets, "driver.strategy=packet"], status=1)
                self.assertEqual(packet["driver"]["status"], "ok" if kept else "dma_refused")

    def test_a_prefix_that_the_peer_asks_for_shifts_the_buffers(self):
        for prefix, kept in (("0 B", True), ("64 B", True), ("16 B", False)):
            result = self.run_scenario("discussion/allocator_standard.toml", status=0 if kept else 1,
                                       sets=[f"consumer.prefix={prefix}", "consumer.alignment=256 B"])
            self.assertEqual(result["consumer"]["alignment_kept"], kept)
            self.assertEqual(result["consumer"]["allocator"]["alignment"], 256)

    def test_a_refusal_of_translation_is_found_on_either_bus(self):
        for kind in ("pci", "pcie"):
            for timing in ("cycle", "analytic"):
                result = self.run_scenario("physical_address_iommu.toml", status=0 if kind == "pci" else 1,
                                           sets=[f"bus.kind={kind}", f"bus.timing={timing}"])
                self.assertEqual([each["code"] for each in result["verifier"]], ["SIM-4", "0xE6/0x26"])
                self.assertEqual(result["verifier"][0]["call"].split(":")[0], "capture_operation.cpp")

    def test_mappings_are_the_pages_of_a_frame_whatever_its_size_and_place(self):
        for mode, width, height in (("1080p60", 1920, 1080), ("320x240@60", 320, 240)):
            for pixel_format, bytes_per_pixel in (("YUY2", 2), ("RGB24", 3)):
                for offset in (0, 64, 2048, 2112, 4032):
                    pages = (offset + width * height * bytes_per_pixel + 4095) // 4096
                    for most in ("0 B", "1 GiB", "4 KiB"):
                        result = self.run_scenario(
                            FOLDER / "mappings.toml",
                            sets=[f"video.mode={mode}", f"video.pixel_format={pixel_format}", "bus.timing=analytic",
                                  f"consumer.page_offset={offset} B", f"driver.max_mapping={most}"],
                            status=0 if pages == 1013 else 1)
                        self.assertEqual(result["dma"]["mappings_per_frame"], pages)


if __name__ == "__main__":
    unittest.main()
