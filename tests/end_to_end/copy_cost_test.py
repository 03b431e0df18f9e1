#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The measured cost of a copy: its figures belong together, and bad input gets one line. How fast a machine is, no test
can say."""

import json
import subprocess
import unittest

import ghostcard


def copy_cost(*arguments):
    return subprocess.run([ghostcard.COMMAND, "copy-cost", *arguments], capture_output=True, text=True, timeout=60, check=False)


class CopyCost(ghostcard.TestCase):
    def test_the_share_is_rate_by_speed(self):
        done = copy_cost("--frame", "1 MB", "--rate", "50 MB/s", "--frames", "8", "--time", "300 ms", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        cost = json.loads(done.stdout)
        self.assertGreaterEqual(cost["frames"], 5)
        self.assertLessEqual(cost["frames"], 16)
        self.assertLessEqual(cost["achieved_bytes_per_second"], 50e6 * 1.001)
        self.assertAlmostEqual(cost["share_of_processor"],
                               cost["achieved_bytes_per_second"] / cost["copy_bytes_per_second"], places=6)
        self.assertGreater(cost["share_of_processor"], 0)
        self.assertLess(cost["share_of_processor"], 1)

    def test_the_text_puts_the_figure_beside_the_claim(self):
        done = copy_cost("--time", "50 ms")
        self.assertEqual(done.returncode, 0)
        self.assertIn("% of one processor", done.stdout)
        self.assertIn("less than 5 %", done.stdout)

    def test_bad_input_gets_one_line(self):
        for arguments, said in ((("--frame", "0 B"), "--frame"), (("--frame", "2 GiB"), "--frame"),
                                (("--rate", "0 B/s"), "--rate"), (("--frames", "0"), "--frames"),
                                (("--frames", "100000"), "--frames"), (("--time", "61 s"), "--time"),
                                (("--time", "0 s"), "--time"), (("--rate", "fast"), "'fast'")):
            with self.subTest(arguments=arguments):
                done = copy_cost(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(done.stderr.count("\n"), 1)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
