# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: the built command and a folder of their own. Run by ctest, which sets the environment."""

import contextlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import unittest

COMMAND = os.environ["GHOSTCARD"]
SCENARIOS = pathlib.Path(os.environ["GHOSTCARD_SCENARIOS"])


def sweep_rows(database):
    """All that a sweep knows of its points, whatever the order of columns."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute("SELECT * FROM points ORDER BY number")]
        except sqlite3.OperationalError:  # it is being made
            return []


def without_sanitizer(text):
    """What AddressSanitizer says of exceptions on the stacks of coroutines is no fault (google/sanitizers#189)."""
    noise = r"==\d+==WARNING: ASan is ignoring requested __asan_handle_no_return.*\n.*\nFor details see .*/189\n"
    return re.sub(noise, "", text)


class TestCase(unittest.TestCase):
    """Each test gets an empty folder that goes with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ghostcard-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_scenario(self, scenario, *arguments, sets=(), status=0):
        """The result document of a run, which must end with the status, keep stderr silent and stdout clean."""
        command = [COMMAND, "run", SCENARIOS / scenario, "--quiet", "--json", "-", *arguments]
        for assignment in sets:
            command += ["--set", assignment]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual((done.returncode, done.stderr), (status, ""), command)
        return json.loads(done.stdout)

    def ffmpeg(self, *arguments):
        done = subprocess.run(["ffmpeg", "-nostdin", "-y", "-loglevel", "error", *arguments], capture_output=True, check=True)
        return done.stdout.decode()
