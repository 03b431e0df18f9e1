# SPDX-License-Identifier: MIT
"""Bad input gets one line on standard error that names it, exit status 2, and leaves no output file."""

import resource
import subprocess
import unittest

import ghostcard

CLIP = b"YUV4MPEG2 W16 H16 F25:1 C422\n" + (b"FRAME\n" + bytes(16 * 16 * 2)) * 2


class BadInput(ghostcard.TestCase):
    def refused(self, *arguments, outputs=("--json", "--junit", "--vcd", "--trace", "--capture", "--out")):
        """What is said of a run that is to write every kind of output."""
        before = sorted(self.folder.rglob("*"))
        for option in outputs:
            arguments += (option, f"output{option}")
        done = subprocess.run([ghostcard.COMMAND, "run", *arguments], cwd=self.folder, capture_output=True, text=True,
                              timeout=60, check=False)
        said = ghostcard.without_sanitizer(done.stderr)
        self.assertEqual((done.returncode, done.stdout, said.count("\n")), (2, "", 1), done.stderr)
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        return said.rstrip("\n")

    def refused_clip(self, content, name="clip.y4m", **keys):
        (self.folder / name).write_bytes(content)
        sets = [f"video.source={name}", *(f"video.{key}={value}" for key, value in keys.items())]
        return self.refused("y4m_file.toml", *(word for each in sets for word in ("--set", each)))

    def test_a_scenario_that_is_not_toml(self):
        (self.folder / "prose.toml").write_text("Dear card,\nplease capture.\n")
        self.assertRegex(self.refused("prose.toml"), "^prose.toml:1:6: ")

    def test_an_unknown_key(self):
        (self.folder / "x.toml").write_text("[bus]\nwdth = 64\n")
        self.assertEqual(self.refused("x.toml"),
                         "x.toml:2:1: key 'bus.wdth' is unknown; the nearest known key is 'bus.width'")

    def test_a_size_without_meaning(self):
        (self.folder / "x.toml").write_text('[card]\nmemory = "64 Kib"\n')
        self.assertRegex(self.refused("x.toml"), "^x.toml:2:10: key 'card.memory': '64 Kib' has the unknown unit 'Kib'")

    def test_a_set_that_does_not_parse(self):
        self.assertEqual(self.refused("sd_480i.toml", "--set", "bus.width"),
                         "--set bus.width: a key and a value are wanted, as in bus.width=64")

    def test_a_truncated_clip(self):
        self.assertEqual(self.refused_clip(CLIP[:-1]), "clip.y4m: is truncated: frame 1 has 511 of 512 bytes")

    def test_a_clip_of_odd_width_for_its_format(self):
        self.assertRegex(self.refused_clip(CLIP.replace(b"W16", b"W15")), "^clip.y4m: width 15 is odd")

    def test_a_clip_that_is_no_y4m(self):
        self.assertEqual(self.refused_clip(b"RIFF....AVI "), "clip.y4m: is no Y4M file: it does not begin with 'YUV4MPEG2 '")
        self.assertEqual(self.refused_clip(b""), "clip.y4m: is no Y4M file: it does not begin with 'YUV4MPEG2 '")

    def test_a_clip_that_the_pixel_format_cannot_show(self):
        self.assertRegex(self.refused_clip(CLIP, pixel_format="NV12"), "^clip.y4m: cannot be shown as NV12")

    def test_a_clip_that_the_mode_does_not_fit(self):
        self.assertRegex(self.refused_clip(CLIP, mode="720p60"), "^clip.y4m: frames of 16x16 do not fit video mode 720p60")

    def test_more_frames_than_the_clip_holds(self):
        self.assertRegex(self.refused_clip(CLIP, frames=3), "^video.frames: 3 are wanted, but clip.y4m holds 2")

    def test_raw_video_of_half_a_frame(self):
        self.assertRegex(self.refused_clip(bytes(100), name="clip.rgb", mode="16x16@25", pixel_format="RGB24"),
                         "^clip.rgb: 100 bytes are no whole number of RGB24 frames")

    def test_an_output_path_that_cannot_be_written(self):
        (self.folder / "file").touch()
        (self.folder / "folder").mkdir()
        others = {"--json", "--junit", "--vcd", "--trace", "--capture"}
        for option in sorted(others):
            for path, why in (("none/x", "No such file or directory"), ("folder", "Is a directory"),
                              ("file/x", "Not a directory"), ("", "No such file or directory")):
                with self.subTest(option=option, path=path):
                    self.assertEqual(self.refused("sd_480i.toml", option, path, outputs=others - {option}),
                                     f"cannot write '{path}': {why}")

    def test_an_output_that_fills_up(self):
        """What is written at once and what is written as the run goes."""
        for option, *sets in (["--json"], ["--capture"], ["--trace"], ["--vcd"], ["--vcd", "bus.timing=analytic"],
                              ["--vcd", "bus.kind=pcie"], ["--pcap", "bus.kind=pcie"]):
            with self.subTest(option=option, sets=sets):
                arguments = [each for assignment in ["video.frames=1", *sets] for each in ("--set", assignment)]
                arguments += ["--trace-to", "2 ms"] if option in ("--trace", "--vcd", "--pcap") else []
                self.assertEqual(self.refused("sd_480i.toml", *arguments, option, "/dev/full", outputs=["--junit"]),
                                 "cannot write '/dev/full': No space left on device")

    def test_a_waveform_of_wires_that_the_disk_does_not_hold_is_refused_and_not_left_in_part(self):
        def limit():  # which holds for the host's memory too
            resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 20, 16 << 20))

        command = [ghostcard.COMMAND, "run", ghostcard.SCENARIOS / "sd_480i.toml", "--set", "video.frames=1",
                   "--set", "host.memory=16 MiB", "--vcd", "bus.vcd"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, preexec_fn=limit)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(ghostcard.without_sanitizer(done.stderr), "^[^\n]*cannot write 'bus.vcd': File too large\n$")
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
