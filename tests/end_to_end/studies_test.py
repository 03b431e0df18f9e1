# SPDX-License-Identifier: MIT
"""The shipped studies: all can be run, and some of them say what docs/sweep.md says."""

import subprocess
import unittest

import ghostcard


class Studies(ghostcard.TestCase):
    def command(self, *arguments):
        done = subprocess.run([ghostcard.COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout.splitlines()

    def test_all_have_points_and_settings_that_go_together(self):
        studies = sorted((ghostcard.SCENARIOS / "studies").glob("*.toml"))
        self.assertGreaterEqual(len(studies), 6)
        for study in studies:
            with self.subTest(study=study.name):
                points = self.command("sweep", study.name, "--list")
                self.assertGreater(len(points), 10)
                for end in (points[0], points[-1]):
                    name = end.split("  ", 1)[1]
                    self.command("sweep", study.name, "--filter", name, "--out", study.stem, "--resume")
                done = ghostcard.sweep_rows(self.folder / study.stem / "points.sqlite")
                self.assertEqual([row["ending"] for row in done], ["done", "done"])

    def test_payload_decides_and_read_request_does_not(self):
        said = self.command("sweep", "payload_and_read_request.toml", "--threshold", "frames.dropped == 0",
                            "--along", "bus.max_payload")
        answers = {48: "for every bus.max_payload", 52: "from bus.max_payload 256 B; not at 128 B",
                   56: "from bus.max_payload 512 B; not at 256 B"}
        self.assertEqual(said, [
            f"video.mode=1920x1080@{rate} bus.max_read_request={request}: frames.dropped == 0 {answer}"
            for rate, answer in answers.items() for request in ("128 B", "4 KiB")])

    def test_fifo_has_to_be_deeper_for_a_longer_tail(self):
        for memory in ("32 KiB", "64 KiB"):
            point = f"host.dpc_latency_tail=1 ms card.memory={memory}"
            self.command("sweep", "fifo_and_latency.toml", "--filter", point, "--out", "fifo", "--resume")
        deep_enough = [row["frames.dropped"] <= 10 for row in ghostcard.sweep_rows(self.folder / "fifo" / "points.sqlite")]
        self.assertEqual(deep_enough, [False, True])


if __name__ == "__main__":
    unittest.main()
