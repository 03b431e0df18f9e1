# SPDX-License-Identifier: MIT
"""ghostcard ci: verdicts, baselines and their tolerances, JUnit, exit status."""

import subprocess
import unittest
import xml.etree.ElementTree as xml

import ghostcard

GOOD = """
[video]
frames = 1
[bus]
timing = "analytic"
[expect]
frames.delivered = 1
"""


class ContinuousIntegration(ghostcard.TestCase):
    def setUp(self):
        super().setUp()
        (self.folder / "runs").mkdir()
        (self.folder / "runs/good.toml").write_text(GOOD)
        (self.folder / "runs/wide.toml").write_text(GOOD.replace("timing", "width = 64\ntiming"))

    def ci(self, *arguments, status=0):
        done = subprocess.run([ghostcard.COMMAND, "ci", *arguments], cwd=self.folder, capture_output=True, text=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout if status != 2 else done.stderr

    def test_verdicts_and_how_to_repeat_them(self):
        (self.folder / "runs/bad.toml").write_text(GOOD.replace("delivered = 1", "delivered = 2"))
        self.assertEqual(self.ci("runs", "--junit", "junit.xml", status=1).splitlines(), [
            "failed   runs/bad.toml", "         frames.delivered: expected 2, got 1",
            "         repeat with: ghostcard run runs/bad.toml", "passed   runs/good.toml", "passed   runs/wide.toml",
            "2 passed, 1 failed"])
        suites = xml.parse(self.folder / "junit.xml").getroot()
        self.assertEqual((suites.get("tests"), suites.get("failures"), suites.get("errors")), ("6", "1", "0"))
        message = suites.find(".//failure").get("message")
        self.assertEqual(message, "expected 2, got 1; seed 1; repeat with: ghostcard run runs/bad.toml")

    def test_a_baseline_holds_to_the_bit_but_for_its_tolerances(self):
        baseline = ["--baseline", "baseline"]
        self.assertIn("--baseline baseline: there is no such folder", self.ci("runs", *baseline, status=2))
        self.ci("runs", *baseline, "--update")
        self.assertEqual(self.ci("runs", *baseline).splitlines()[-1], "2 passed, 0 failed, 0 differ from the baseline")

        (self.folder / "runs/good.toml").write_text(GOOD.replace("timing", "initial_wait = 1\ntiming"))
        said = self.ci("runs", *baseline, "--junit", "junit.xml", status=1)
        self.assertIn("differs  runs/good.toml\n         scenario.keys.bus.initial_wait: 0 in the baseline, 1 now\n", said)
        self.assertIn("bus.burst.clocks_p50: ", said)
        failure = xml.parse(self.folder / "junit.xml").find(".//testcase[@name='baseline']/failure")
        self.assertIn("scenario.keys.bus.initial_wait: 0 in the baseline, 1 now", failure.get("message"))

        (self.folder / "baseline/tolerances.toml").write_text(
            '"scenario.keys.*" = 1\n"bus.*" = "20 %"\n"latency.*" = "10 us"\n"driver.*" = "10 us"\n'
            '"copy.cpu_fraction" = 0.1\nsimulated_ps = "10 us"\n')
        self.assertEqual(self.ci("runs", *baseline).splitlines()[-1], "2 passed, 0 failed, 0 differ from the baseline")

        (self.folder / "baseline/tolerances.toml").write_text('"bus.busy_clocks" = "wide"\n')
        self.assertIn("tolerances.toml:1:1: '\"bus.busy_clocks\"': ", self.ci("runs", *baseline, status=2))

    def test_a_scenario_without_baseline_differs(self):
        self.ci("runs/good.toml", "--baseline", "baseline", "--update")
        self.assertIn("there is no baseline/wide.json; --update makes it", self.ci("runs", "--baseline", "baseline", status=1))

    def test_bad_input_is_found_before_anything_runs(self):
        (self.folder / "runs/unknown.toml").write_text("[bus]\nwidht = 32\n")
        self.assertIn("runs/unknown.toml:2:1: key 'bus.widht' is unknown", self.ci("runs", "--junit", "junit.xml", status=2))
        self.assertFalse((self.folder / "junit.xml").exists())
        (self.folder / "good.toml").write_text(GOOD)
        self.assertIn("have the same name", self.ci("runs/good.toml", "good.toml", status=2))

    def test_what_one_run_cannot_do_leaves_the_others(self):
        (self.folder / "runs/small.toml").write_text(GOOD.replace("frames = 1\n", 'frames = 1\nmode = "1080p60"\n')
                                                     + '[consumer]\nbuffers = 16\n[host]\nmemory = "32 MiB"\n')
        done = subprocess.run([ghostcard.COMMAND, "ci", "runs"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("error    runs/small.toml\n         host.memory 32 MiB does not hold", done.stdout)
        self.assertIn("2 passed, 0 failed, 1 did not end", done.stdout)


if __name__ == "__main__":
    unittest.main()
