#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A capture of TLPs is opened by Wireshark with the shipped dissector, and holds what went over the link."""

import os
import pathlib
import subprocess
import unittest
import zlib

import ghostcard

DISSECTOR = pathlib.Path(os.environ["GHOSTCARD_DISSECTOR"])

SCENARIO = """
[video]
mode = "64x48@200"
source = "noise"
frames = 2

[bus]
kind = "pcie"
generation = 1
lanes = 4
max_payload = "128 B"

[card]
interrupt = "msi"
"""

FRAME_BYTES = 64 * 48 * 2
BAR0 = 0xE0000000


def packets(path, *fields, condition="frame"):
    """The fields of each packet that the condition holds for, as tshark decodes them; those that it lacks are ''."""
    command = ["tshark", "-X", f"lua_script:{DISSECTOR}", "-r", path, "-T", "fields", "-Y", condition]
    for field in fields:
        command += ["-e", field if "." in field else f"ghostcard_tlp.{field}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [tuple(line.split("\t")) for line in done.stdout.splitlines()]


class Captures(ghostcard.TestCase):
    def setUp(self):
        super().setUp()
        self.scenario = self.folder / "scenario.toml"
        self.scenario.write_text(SCENARIO)
        self.pcap = self.folder / "tlps.pcap"

    def capture(self, *arguments, sets=()):
        return self.run_scenario(self.scenario, "--pcap", self.pcap, *arguments, sets=sets)

    def test_every_packet_is_decoded_and_counted(self):
        document = self.capture()
        self.assertEqual(packets(self.pcap, "frame.number", condition="ghostcard_tlp.malformed or not ghostcard_tlp"), [])
        for direction, name in enumerate(("up", "down")):
            seen = packets(self.pcap, "frame.number", condition=f"ghostcard_tlp.direction == {direction}")
            self.assertEqual(len(seen), document["bus"][name]["tlps"])

    def test_the_writes_to_memory_are_the_video_and_the_messages(self):
        raw = self.folder / "frames.y4m"
        document = self.capture("--capture", raw)
        video = b""
        messages = 0
        for kind, address, first, last, length, data in packets(
                self.pcap, "kind", "address", "first_be", "last_be", "length", "data",
                condition="ghostcard_tlp.direction == 0 and ghostcard_tlp.kind == MWr"):
            self.assertEqual(len(data), 8 * int(length))
            if int(address, 16) >> 20 == 0xfee:
                messages += 1
                continue
            self.assertEqual((int(first, 16), int(last, 16)), (15, 15))
            video += bytes.fromhex(data)
        self.assertEqual(messages, document["interrupts"]["raised"])
        self.assertEqual(len(video), 2 * FRAME_BYTES)
        # 4:2:2, whose planes are those of YUY2
        luma = raw.read_bytes().split(b"FRAME\n")[1][:64 * 48]
        self.assertEqual(video[0:FRAME_BYTES:2], luma)

    def test_a_load_of_a_register_is_answered_by_a_completion_with_its_data(self):
        self.capture()
        tlps = packets(self.pcap, "direction", "kind", "address", "requester", "completer", "tag", "status", "byte_count",
                       "lower_address", "data")
        load = next(i for i, each in enumerate(tlps) if each[1:3] == ("MRd", f"{BAR0:#018x}"))
        answer = next(each for each in tlps[load:] if each[:2] == ("0", "CplD"))
        self.assertEqual(tlps[load][0], "1")
        self.assertEqual(answer[3:], (tlps[load][3], "00:01.0", tlps[load][5], "0", "4", "0x00", answer[9]))
        identity = subprocess.run([ghostcard.COMMAND, "regs", "--format", "json"], capture_output=True, text=True, check=True)
        self.assertIn(str(int.from_bytes(bytes.fromhex(answer[9]), "little")), identity.stdout)

    def test_configuration_requests_name_the_device_and_the_register(self):
        self.capture()
        self.assertIn(("CfgRd0", "00:01.0", "0x0000"), packets(self.pcap, "kind", "device", "register"))
        self.assertIn(("CfgWr0", "00:01.0", "0x0010", "000000e0"), packets(self.pcap, "kind", "device", "register", "data"))

    def test_inta_goes_up_as_messages(self):
        document = self.capture(sets=["card.interrupt=intx"])
        messages = packets(self.pcap, "direction", "message", condition="ghostcard_tlp.kind == Msg")
        self.assertEqual(messages, document["interrupts"]["raised"] * [("0", "0x20"), ("0", "0x24")])

    def test_from_4_gib_on_headers_have_4_double_words(self):
        for offset, wide in (("1 GiB", False), ("8 GiB", True)):
            self.capture(sets=["host.translation=offset", f"host.offset={offset}", "card.dma.address_bits=40"])
            formats = packets(self.pcap, "fmt", condition="ghostcard_tlp.direction == 0 and ghostcard_tlp.address and "
                                                          "not ghostcard_tlp.address == 0xfee00000")
            self.assertEqual(set(formats), {("0x03",)} if wide else {("0x02",)})

    def test_the_digest_is_the_crc_of_the_packet_with_its_variant_bits_set(self):
        self.capture(sets=["bus.ecrc=on"])
        raw = self.pcap.read_bytes()
        position, checked = 24, 0
        while position < len(raw):
            size = int.from_bytes(raw[position + 8:position + 12], "little")
            packet = bytearray(raw[position + 16 + 8:position + 16 + size])
            self.assertTrue(packet[2] & 0x80)
            packet[0] |= 0x01  # bit 0 of Type
            packet[2] |= 0x40  # EP
            self.assertEqual(int.from_bytes(packet[-4:], "little"), zlib.crc32(packet[:-4]))
            position += 16 + size
            checked += 1
        self.assertEqual(checked, len(packets(self.pcap, "digest", condition="ghostcard_tlp.digest")))

    def test_time_stamps_are_simulated_time_and_the_time_on_the_link_is_that_of_its_bytes(self):
        document = self.capture()
        times = packets(self.pcap, "frame.time_epoch", "picoseconds", "duration", "frame.len")
        stamps = [1000 * int(time.replace(".", "")) + int(rest) for time, rest, _, _ in times]
        self.assertEqual(stamps, sorted(stamps))
        self.assertLessEqual(stamps[-1], document["simulated_ps"])
        for _, _, duration, size in times:
            self.assertEqual(int(duration), (int(size) - 8 + 8) * 1000)  # 4 ns a symbol on 4 lanes; 8 B of framing

    def test_the_window_cuts_and_both_timings_write_the_same(self):
        for window in ((), ("--trace-from", "5.1 ms", "--trace-to", "5.2 ms")):
            captures = []
            for timing in ("cycle", "analytic"):
                self.capture(*window, sets=[f"bus.timing={timing}"])
                captures.append(self.pcap.read_bytes())
            self.assertTrue(captures[0] == captures[1])
        stamps = [float(time) for time, in packets(self.pcap, "frame.time_epoch")]
        self.assertTrue(stamps)
        self.assertTrue(all(5.1e-3 <= time <= 5.201e-3 for time in stamps))

    def test_conventional_pci_is_refused_by_one_line(self):
        done = subprocess.run([ghostcard.COMMAND, "run", self.scenario, "--set", "bus.kind=pci", "--pcap", self.pcap],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, "^[^\n]*--pcap shows the TLPs of PCI Express, and bus.kind is 'pci'\n$")
        self.assertFalse(self.pcap.exists())


if __name__ == "__main__":
    unittest.main()
