# SPDX-License-Identifier: MIT
"""Reports of real sweeps: whole or not at all, plots that their readers can read, and what is refused."""

import contextlib
import os
import sqlite3
import subprocess
import unittest

import ghostcard

SWEEP = """
[sweep]
title = "Bursts"
scenario = "{scenario}"
[set]
bus.timing = "analytic"
video.frames = 2
[axes]
card.dma.burst = ["32 B", "64 B"]
bus.initial_wait = [0, 4, 12]
[question]
text = "How many wait states are too many?"
condition = "{condition}"
along = "bus.initial_wait"
"""


class Report(ghostcard.TestCase):
    def command(self, *arguments, status=0, **environment):
        done = subprocess.run([ghostcard.COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=300,
                              check=False, env={**os.environ, **environment})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def sweep(self, condition="frames.dropped == 0"):
        text = SWEEP.format(scenario=ghostcard.SCENARIOS / "sd_480i.toml", condition=condition)
        (self.folder / "bursts.toml").write_text(text)
        self.command("sweep", "bursts.toml", "--quiet")
        return self.folder / "bursts" / "points.sqlite"

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def refused(self, *arguments, **environment):
        """What is said, on one line; nothing is written."""
        before = self.files()
        done = self.command("report", *arguments, status=2, **environment)
        self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), done.stderr)
        self.assertEqual(self.files(), before)
        return done.stderr.rstrip("\n")

    def change(self, database, *statements):
        with contextlib.closing(sqlite3.connect(database)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def test_a_page_and_plots_that_others_can_read(self):
        self.sweep()
        done = self.command("report", "bursts", "--metric", "frames.dropped", "latency.p*")
        self.assertRegex(done.stdout, r"^(frames\.dropped == 0|bus\.initial_wait) .*\.\nbursts/report.html\n\d+ plots in bursts/plots\n$")
        plots = sorted((self.folder / "bursts" / "plots").iterdir())
        names = [plot.name for plot in plots]
        self.assertIn("heat-frames.dropped.svg", names)
        self.assertIn("curve-latency.p99_ps-along-card.dma.burst.png", names)
        self.assertEqual(len(names), int(done.stdout.split("\n")[2].split()[0]) * 2)
        for plot in plots:
            with self.subTest(plot.name):
                if plot.suffix == ".svg":
                    subprocess.run(["xmllint", "--nonet", "--noout", plot], check=True)
                else:
                    kind = subprocess.run(["file", "--brief", plot], capture_output=True, text=True, check=True).stdout
                    self.assertRegex(kind, "^PNG image data")
        curve = (self.folder / "bursts" / "plots" / "curve-latency.p99_ps-along-card.dma.burst.svg").read_text()
        self.assertIn("latency.p99_ps (us)", curve)
        self.assertIn("64 B", curve)

    def test_the_same_results_give_the_same_files(self):
        self.sweep()
        self.command("report", "bursts")
        first = {name: (self.folder / name).read_bytes() for name in self.files() if (self.folder / name).suffix in {".html", ".svg", ".png"}}
        self.command("report", "bursts")
        self.assertEqual({name: (self.folder / name).read_bytes() for name in first}, first)

    def test_no_folder_and_no_results(self):
        self.assertRegex(self.refused("nowhere"), "^nowhere: No such file or directory$")
        (self.folder / "empty").mkdir()
        self.assertRegex(self.refused("empty"), "^empty: there are no results of a sweep$")

    def test_parts_that_are_not_merged(self):
        self.sweep().rename(self.folder / "bursts" / "points-1-of-2.sqlite")
        self.assertEqual(self.refused("bursts"),
                         "bursts: there is only points-1-of-2.sqlite and its like; ghostcard merge brings the parts together")

    def test_a_file_that_is_no_database(self):
        (self.folder / "prose").mkdir()
        (self.folder / "prose" / "points.sqlite").write_text("Dear card,\n" * 100)
        self.assertRegex(self.refused("prose"), "^prose/points.sqlite: file is not a database$")

    def test_results_of_another_schema(self):
        self.change(self.sweep(), "UPDATE sweep SET value = '9' WHERE name = 'schema_version'")
        self.assertEqual(self.refused("bursts"),
                         "bursts/points.sqlite: the results are of schema 9, and this program reads 1")

    def test_results_that_are_not_a_sweeps(self):
        database = self.sweep()
        self.change(database, "UPDATE sweep SET value = '[{\"key\":\"bus.wdth\",\"values\":[\"32\"]}]' WHERE name = 'axes'")
        self.assertRegex(self.refused("bursts"), "bus.wdth")
        self.change(database, "UPDATE sweep SET value = 'axes' WHERE name = 'axes'")
        self.assertRegex(self.refused("bursts"), "^(the results are not a sweep's|internal error)?")

    def test_no_point_has_been_run(self):
        self.change(self.sweep(), "DELETE FROM points")
        self.assertEqual(self.refused("bursts"), "bursts/points.sqlite: no point has been run yet")

    def test_results_without_the_metric_still_have_a_page(self):
        self.sweep(condition="frames.lost == 0")
        done = self.command("report", "bursts")
        self.assertTrue(done.stdout.startswith("No point says anything of frames.lost == 0.\n"), done.stdout)
        self.assertIn("bursts/plots/heat-latency.p99_ps.svg", self.files())

    def test_points_of_which_none_ended_well_have_a_page_without_plots(self):
        self.change(self.sweep(), "UPDATE points SET ending = 'crashed', reason = 'it died'")
        self.command("report", "bursts")
        self.assertIn("bursts/report.html", self.files())
        self.assertNotIn("bursts/plots", self.files())

    def test_a_metric_that_is_not_there(self):
        self.sweep()
        self.assertEqual(self.refused("bursts", "--metric", "frames.lost"),
                         "--metric 'frames.lost' is no metric that varies; the page lists them")

    def test_no_gnuplot(self):
        self.sweep()
        self.assertRegex(self.refused("bursts", PATH="/nowhere"), "^there is no gnuplot.*--no-plots$")
        self.command("report", "bursts", "--no-plots", PATH="/nowhere")

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_a_folder_that_cannot_be_written(self):
        self.sweep()
        (self.folder / "bursts").chmod(0o555)
        self.assertRegex(self.refused("bursts"), "Permission denied$")

    def test_a_page_that_cannot_take_its_place(self):
        self.sweep()
        (self.folder / "bursts" / "report.html").mkdir()
        self.assertEqual(self.refused("bursts"), "cannot write 'bursts/report.html': Is a directory")


if __name__ == "__main__":
    unittest.main()
