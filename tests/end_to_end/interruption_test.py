# SPDX-License-Identifier: MIT
"""A run that is interrupted leaves no file and ends as the signal ends other programs."""

import signal
import subprocess
import time
import unittest

import ghostcard


class Interruption(ghostcard.TestCase):
    def test_signals_leave_nothing_behind(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                command = [ghostcard.COMMAND, "run", "sd_480i.toml", "--set", "video.frames=1000000", "--json", "json",
                           "--junit", "junit", "--vcd", "vcd", "--trace", "trace", "--capture", "capture", "--out", "out"]
                with subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
                    self.wait_for_capture()
                    run.send_signal(number)
                    answer = run.communicate(timeout=60)
                self.assertEqual((run.returncode, answer), (-number, (b"", b"")))
                self.assertEqual(list(self.folder.rglob("*")), [])

    def wait_for_capture(self):
        end = time.monotonic() + 60
        while not any(each.stat().st_size > 0 for each in self.folder.glob("capture.part*")):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
