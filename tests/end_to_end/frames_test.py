# SPDX-License-Identifier: MIT
"""The frames that come out are the frames that went in, judged by ffmpeg."""

import itertools
import unittest

import ghostcard

SIZE = "320x180"
RATE = 25
FRAMES = 3

FORMATS = {"YUY2": "yuv422p", "UYVY": "yuv422p", "NV12": "yuv420p", "RGB24": "rgb24"}
TRANSLATIONS = ("identity", "offset", "iommu")
INTERRUPTS = ("intx", "msi")


class Frames(ghostcard.TestCase):
    def clip(self, pixels):
        raw = pixels == "rgb24"
        path = self.folder / ("clip.rgb" if raw else "clip.y4m")
        container = ["-f", "rawvideo"] if raw else []
        self.ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={SIZE}:rate={RATE}", "-frames:v", str(FRAMES),
                    "-pix_fmt", pixels, *container, path)
        return path

    def framemd5(self, path):
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", SIZE, "-r", str(RATE)] if path.suffix == ".rgb" else []
        return self.ffmpeg(*raw, "-i", path, "-f", "framemd5", "-")

    def test_frames_are_delivered_bit_for_bit(self):
        for pixel_format, pixels in FORMATS.items():
            clip = self.clip(pixels)
            captured = self.folder / f"captured{clip.suffix}"
            sets = [f"video.source={clip}", f"video.pixel_format={pixel_format}"]
            if clip.suffix == ".rgb":
                sets.append(f"video.mode={SIZE}@{RATE}")
            for translation, interrupt in itertools.product(TRANSLATIONS, INTERRUPTS):
                with self.subTest(pixel_format=pixel_format, translation=translation, interrupt=interrupt):
                    result = self.run_scenario(
                        "y4m_file.toml", "--capture", captured,
                        sets=[*sets, f"host.translation={translation}", f"card.interrupt={interrupt}"])
                    self.assertEqual(result["frames"], {"produced": FRAMES, "delivered": FRAMES, "dropped": 0,
                                                        "corrupt": 0, "starved": 0})
                    self.assertEqual(result["interrupts"]["kind"], interrupt)
                    self.assertEqual(self.framemd5(captured), self.framemd5(clip))

    def test_a_captured_clip_keeps_the_header_of_its_source(self):
        clip = self.clip("yuv422p")
        captured = self.folder / "captured.y4m"
        self.run_scenario("y4m_file.toml", "--capture", captured, sets=[f"video.source={clip}"])
        self.assertEqual(captured.read_bytes(), clip.read_bytes())

    def test_a_clip_in_an_interlaced_raster_is_delivered_bit_for_bit(self):
        clip, captured = self.folder / "clip.y4m", self.folder / "captured.y4m"
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=720x576:rate=25", "-frames:v", "2", "-pix_fmt", "yuv420p", clip)
        self.run_scenario("y4m_file.toml", "--capture", captured,
                          sets=[f"video.source={clip}", "video.mode=576i50", "video.pixel_format=NV12"])
        self.assertEqual(self.framemd5(captured), self.framemd5(clip))


if __name__ == "__main__":
    unittest.main()
