#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""wdm_page_test.py PAGE FOLDER: each mistake that the page lists ends in the program of that folder as the page says."""

import pathlib
import re
import subprocess
import sys
import unittest

PAGE, FOLDER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
PACKET = {1, 6, 12, 13}  # the mistakes of packet.c
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| (?:`([^`]+)`|bug check (0x[0-9A-F]+)) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)


class Page(unittest.TestCase):
    def test_every_mistake_ends_as_the_page_says(self):
        rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
        self.assertEqual([int(row[0]) for row in rows], list(range(1, len(rows) + 1)))
        self.assertEqual(len(rows), len(list(FOLDER.glob("wdm-capture-bug-*"))))
        for number, code, stop, what, line in rows:
            with self.subTest(mistake=number):
                way = "packet" if int(number) in PACKET else "common-buffer"
                program = FOLDER / f"wdm-capture-bug-{number}"
                output = subprocess.run([program, way], capture_output=True, text=True, timeout=60, check=False).stdout
                self.assertIn("1 findings\n", output)
                if code:
                    self.assertRegex(output, rf"(?m)^{re.escape(f'{code} {what}')}: .*\n  where  at .*, {line.strip()} \(")
                else:
                    self.assertRegex(output, rf"(?m)^\*\*\* STOP: 0x0*{stop[2:]} \(.*\n  why    {re.escape(what)}$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
