# SPDX-License-Identifier: MIT
"""Sweeps by the command: killed and resumed, split and merged, and what is refused."""

import csv
import io
import random
import sqlite3
import subprocess
import time
import unittest

import ghostcard

SWEEP = """
[sweep]
title = "What a first data phase costs"
scenario = "{scenario}"
seeds = 2
[set]
bus.timing = "analytic"
video.frames = 2
[axes]
card.dma.burst = ["32 B", "64 B", "256 B"]
bus.initial_wait = {{from = 0, to = 12, step = 2}}
[question]
text = "How many wait states are too many?"
condition = "frames.dropped == 0"
along = "bus.initial_wait"
"""
POINTS = 3 * 7 * 2


class Sweep(ghostcard.TestCase):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "waits.toml"
        self.file.write_text(SWEEP.format(scenario=ghostcard.SCENARIOS / "sd_480i.toml"))

    def command(self, *arguments, status=0):
        done = subprocess.run([ghostcard.COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=300,
                              check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr if status == 2 else done.stdout

    def test_a_killed_sweep_goes_on_to_the_same_results(self):
        self.assertEqual(self.command("sweep", self.file, "--out", "whole").splitlines()[0],
                         f"{POINTS} of {POINTS} points: {POINTS} done")
        chance = random.Random(5)
        for _ in range(10):
            with subprocess.Popen([ghostcard.COMMAND, "sweep", self.file, "--out", "killed", "--resume", "--quiet"],
                                  cwd=self.folder) as sweep:
                time.sleep(chance.uniform(0, 0.12))
                sweep.kill()
        self.command("sweep", self.file, "--out", "killed", "--resume")
        self.assertEqual(ghostcard.sweep_rows(self.folder / "killed/points.sqlite"), ghostcard.sweep_rows(self.folder / "whole/points.sqlite"))

    def test_shards_come_together_to_the_same_results(self):
        self.command("sweep", self.file, "--out", "whole", "--jobs", "1")
        for shard in (3, 1, 2):
            self.command("sweep", self.file, "--out", "parts", "--shard", f"{shard}/3")
            self.command("merge", "parts")
        self.command("merge", "parts", "--csv", "points.csv")
        self.assertEqual(ghostcard.sweep_rows(self.folder / "parts/points.sqlite"), ghostcard.sweep_rows(self.folder / "whole/points.sqlite"))
        table = list(csv.DictReader(io.StringIO((self.folder / "points.csv").read_text())))
        self.assertEqual(len(table), POINTS)
        self.assertEqual([row["frames.produced"] for row in table], ["2"] * POINTS)

    def test_a_point_is_repeated_by_its_command(self):
        self.command("sweep", self.file, "--filter", "*burst=64 B bus.initial_wait=12 *")
        first, second = ghostcard.sweep_rows(self.folder / "waits/points.sqlite")
        self.assertNotEqual(first["seed"], second["seed"])
        for row in (first, second):
            script = f"\"$0\" {row['command'].removeprefix('ghostcard ')} --quiet --json -"
            done = subprocess.run(["sh", "-c", script, ghostcard.COMMAND], capture_output=True, text=True, check=False)
            result = ghostcard.json.loads(done.stdout)
            self.assertEqual(result["simulated_ps"], row["simulated_ps"])
            self.assertEqual(result["scenario"]["seed"], row["seed"])
            self.assertEqual(result["scenario"]["keys"], ghostcard.json.loads(row["scenario"]))

    def test_a_threshold_is_told_with_its_bracket(self):
        said = self.command("sweep", self.file, "--threshold", "bus.burst.clocks_p50 <= 24", "--along", "bus.initial_wait")
        self.assertEqual(said.splitlines(), [
            "card.dma.burst=32 B: bus.burst.clocks_p50 <= 24 for every bus.initial_wait",
            "card.dma.burst=64 B: bus.burst.clocks_p50 <= 24 up to bus.initial_wait 4; not at 6",
            "card.dma.burst=256 B: bus.burst.clocks_p50 <= 24 for no bus.initial_wait, up to 12"])
        self.assertLess(len(ghostcard.sweep_rows(self.folder / "waits/points.sqlite")), POINTS)

    def test_bad_input_is_one_line(self):
        self.command("sweep", self.file, "--filter", "*burst=32 B bus.initial_wait=0 *")
        for arguments, said in (
                (["sweep", self.file], "waits/points.sqlite: there are results already; --resume goes on with them"),
                (["sweep", "none.toml"], "none.toml: there is no such file, and no shipped study of that name"),
                (["sweep", self.file, "--max-points", "41"], "the axes have 42 points, and at most 41 are allowed"),
                (["sweep", self.file, "--shard", "4/3"], "--shard '4/3' is not I/N with I from 1 to N"),
                (["sweep", self.file, "--filter", "nothing"], "--filter 'nothing' leaves no point; see --list"),
                (["sweep", self.file, "--resume", "--threshold", "frames = 0", "--along", "bus.initial_wait"],
                 "'frames = 0' is no comparison by"),
                (["sweep", self.file, "--out", "other", "--threshold", "frames.dropped == 0", "--along", "bus.width"],
                 "'bus.width' is not one of the crossed axes"),
                (["merge", "nowhere"], "nowhere: No such file or directory"),
                (["merge", "."], ".: there are no results of a sweep")):
            with self.subTest(arguments=arguments):
                answer = self.command(*arguments, status=2)
                self.assertIn(said, answer)
                self.assertEqual(answer.count("\n"), 1)
        self.assertEqual([each.name for each in self.folder.iterdir() if each.is_dir()], ["waits"])
        with sqlite3.connect(self.folder / "waits/points.sqlite") as connection:
            connection.execute("UPDATE sweep SET value = '2' WHERE name = 'schema_version'")
        self.assertIn("the results are of schema 2, and this program reads 1",
                      self.command("sweep", self.file, "--resume", status=2))

    def test_a_full_medium_is_told_and_what_was_finished_stays(self):
        if subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("this machine gives no file system of one's own")
        (self.folder / "full").mkdir()
        small = f"mount -t tmpfs -o size=200k none full; \"$0\" sweep '{self.file}' --out full; status=$?; " \
                "cp full/* .; exit $status"
        done = subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c", small, ghostcard.COMMAND],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("full/points.sqlite: ", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        kept = ghostcard.sweep_rows(self.folder / "points.sqlite")
        self.assertLess(len(kept), POINTS)
        self.command("sweep", self.file, "--out", ".", "--resume")
        self.assertEqual(ghostcard.sweep_rows(self.folder / "points.sqlite")[:len(kept)], kept)
        self.assertEqual(len(ghostcard.sweep_rows(self.folder / "points.sqlite")), POINTS)


if __name__ == "__main__":
    unittest.main()
