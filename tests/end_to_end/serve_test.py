# SPDX-License-Identifier: MIT
"""The card on a socket: the capture driver in another process, registers by hand, and what can go wrong."""

import contextlib
import os
import pathlib
import signal
import socket
import stat
import subprocess
import time
import unittest

from ghostcard import COMMAND, SCENARIOS, TestCase, without_sanitizer

FRAMES = 5
CARD = ["--set", "video.mode=320x240@60"]


def frames_of(y4m):
    return y4m.split(b"FRAME\n")[1:]


class ServeTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket = self.folder / "card.sock"

    @contextlib.contextmanager
    def server(self, *arguments, status=0):
        """The server's process, which is ready, and which SIGTERM has to end cleanly."""
        with (self.folder / "server.log").open("w") as log:
            process = subprocess.Popen([COMMAND, "serve", "--socket", self.socket, *CARD, *arguments], stderr=log)
            try:
                deadline = time.monotonic() + 30
                while not self.socket.exists() and process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.01)
                yield process
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(30), status)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        self.assertFalse(self.socket.exists(), "the socket stays")

    def ghostcard(self, *arguments, status=0):
        done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, status, (arguments, done.stdout, done.stderr))
        return done.stdout, without_sanitizer(done.stderr)

    def poke(self, *words, status=0):
        return self.ghostcard("poke", "--socket", self.socket, *words, status=status)

    def attach(self, *arguments, status=0):
        """The frames that the driver has received, as a file."""
        capture = self.folder / "attached.y4m"
        capture.unlink(missing_ok=True)
        self.ghostcard("attach", "--socket", self.socket, *CARD, "--set", f"video.frames={FRAMES}", "--capture", capture,
                       "--quiet", *arguments, status=status)
        return capture.read_bytes() if capture.exists() else None

    def in_process(self, *arguments):
        scenario = self.folder / "scenario.toml"
        scenario.write_text("[video]\n")
        capture = self.folder / "in_process.y4m"
        self.ghostcard("run", scenario, *CARD, "--set", f"video.frames={FRAMES}", "--capture", capture, "--quiet",
                       *arguments)
        return capture.read_bytes()

    def test_a_driver_in_another_process_gets_the_frames_of_one_in_process(self):
        expected = self.in_process()
        for bus in (["bus.kind=pci"], ["bus.kind=pci", "bus.timing=analytic"], ["bus.kind=pcie"], ["bus.bridges=1"]):
            sets = [word for key in bus for word in ("--set", key)]
            with self.server(*sets):
                for interrupt in ("intx", "msi"):
                    for sharing in ([], ["--by-messages"]):
                        with self.subTest(bus=bus, interrupt=interrupt, sharing=sharing):
                            self.assertEqual(self.attach("--set", f"card.interrupt={interrupt}", *sharing), expected)

    def test_every_strategy_works_over_the_socket(self):
        expected = self.in_process()
        with self.server():
            for sets in (["driver.strategy=packet", "host.bounce=always"], ["driver.strategy=common-buffer"]):
                words = [word for key in sets for word in ("--set", key)]
                with self.subTest(sets=sets):
                    self.assertEqual(self.attach(*words), expected)

    def test_video_at_its_real_rate_arrives_intact(self):
        """How many frames a slow machine misses is not said; what it gets are frames of the source, in their order."""
        shown = iter(frames_of(self.in_process("--set", "video.frames=600")))
        with self.server("--pace", "realtime"):
            delivered = frames_of(self.attach())
        self.assertEqual(len(delivered), FRAMES)
        for frame in delivered:
            self.assertIn(frame, shown)

    def test_registers_keep_what_one_client_wrote_for_the_next(self):
        with self.server():
            self.poke("write", "SCRATCH", "0x1234abcd")
            self.assertEqual(self.poke("read", "SCRATCH")[0].splitlines()[0], "SCRATCH 0x1234abcd")
            self.assertIn("MAGIC", self.poke("read", "ID")[0])
            self.assertEqual(self.poke("read", "DEVICE_VENDOR")[0].splitlines()[0], "DEVICE_VENDOR 0x6ca51234")

    def test_polling_lets_time_pass(self):
        """Nobody waits for an interrupt here: only the reads themselves can bring the first frame in."""
        with self.server():
            self.poke("write", "CONTROL", "1")
            for _ in range(200):
                if "CAPTURING            0x1" in self.poke("read", "STATUS")[0]:
                    break
            else:
                self.fail("no frame begins to arrive")

    def test_a_second_client_is_turned_away_and_the_first_one_stays(self):
        expected = self.in_process()
        with self.server():
            with socket.socket(socket.AF_UNIX) as first:
                first.connect(str(self.socket))
                time.sleep(0.2)
                self.assertRegex(self.poke("read", "ID", status=2)[1], r"^the server at '.*' has closed the connection.*\n$")
            time.sleep(0.2)
            self.assertEqual(self.attach(), expected)

    def test_a_client_that_is_killed_leaves_the_server_ready(self):
        expected = self.in_process()
        with self.server():
            for _ in range(3):
                client = subprocess.Popen([COMMAND, "attach", "--socket", self.socket, *CARD, "--set",
                                           "video.frames=100000", "--quiet"])
                time.sleep(0.3)
                client.kill()
                client.wait()
            self.assertEqual(self.attach(), expected)

    def test_a_server_that_goes_is_an_error_of_the_client_in_one_line(self):
        with self.server() as process:
            client = subprocess.Popen([COMMAND, "attach", "--socket", self.socket, *CARD, "--set", "video.frames=100000",
                                       "--quiet"], stderr=subprocess.PIPE, text=True)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            _, error = client.communicate(timeout=60)
            process.wait(30)
        self.assertEqual(client.returncode, 2)
        self.assertRegex(without_sanitizer(error), r"^the server at '.*' .*\n$")

    def test_the_socket_is_for_its_owner_alone(self):
        with self.server():
            self.assertEqual(stat.S_IMODE(os.stat(self.socket).st_mode), 0o600)

    def test_what_cannot_be_served_is_said_in_one_line(self):
        (self.folder / "taken").write_text("precious")
        for path, words in ((self.folder / "taken", "is there already"), (self.folder / "no" / "folder", "there is no folder"),
                            (self.folder / ("x" * 120), "too long|at most")):
            with self.subTest(path=path):
                error = self.ghostcard("serve", "--socket", path, status=2)[1]
                self.assertRegex(error.lower(), rf"^[^\n]*({words})[^\n]*\n$")
        self.assertEqual((self.folder / "taken").read_text(), "precious")
        for key, words in (("bus.load.target=memory", "bus.load.target"), ("video.modus=1", "video.mode")):
            error = self.ghostcard("serve", "--socket", self.socket, "--set", "bus.masters=1", "--set", key, status=2)[1]
            self.assertIn(words, error)
            self.assertFalse(self.socket.exists())

    def test_what_cannot_be_poked_is_said_in_one_line(self):
        with self.server():
            for words, answer in ((["read", "SCRATCHY"], "'SCRATCHY' is no register"), (["write", "SCRATCH"], "takes a VALUE"),
                                  (["write", "SCRATCH", "many"], "VALUE 'many' is no number")):
                with self.subTest(words=words):
                    self.assertIn(answer, self.poke(*words, status=2)[1])
        self.assertIn("cannot connect to", self.poke("read", "ID", status=2)[1])


if __name__ == "__main__":
    unittest.main()
