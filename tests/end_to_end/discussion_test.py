#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The discussion's questions and answers, each a scenario, under all translations and both timings of the bus."""

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
        self.assertGreaterEqual(len(scenarios), 23)
        for scenario in scenarios:
            # A physical address does something else under each translation, and has a scenario for each.
            own = scenario.name.startswith("physical_address")
            for translation in ((),) if own else TRANSLATIONS:
                results = []
                for timing in ("cycle", "analytic"):
                    with self.subTest(scenario=scenario.name, translation=translation, timing=timing):
                        results.append(self.run_scenario(scenario, sets=[*translation, f"bus.timing={timing}"]))
                        self.assertEqual(results[-1]["verdict"], "passed")
                self.assertEqual(results[0]["verifier"], results[1]["verifier"])
                self.assertEqual(results[0]["driver"], results[1]["driver"])
                self.assertEqual(results[0]["frames"], results[1]["frames"])

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
