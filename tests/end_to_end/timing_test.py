# SPDX-License-Identifier: MIT
"""`ghostcard timing` gives the clocks of the tables, for every burst and every ending."""

import collections
import csv
import json
import pathlib
import subprocess
import unittest

import ghostcard

TABLES = pathlib.Path(__file__).parent.parent / "tables"


class Timing(ghostcard.TestCase):
    def timing(self, *arguments, sets=(), status=0):
        command = [ghostcard.COMMAND, "timing", "--json", *arguments]
        for assignment in sets:
            command += ["--set", assignment]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (status, ""), command)
        return json.loads(done.stdout)

    # PCI 2.x protocol rules as tabulated in pci_txn_clocks_derived.csv: 192 transactions.
    def test_every_tabulated_transaction_takes_exactly_its_clocks(self):
        systems = collections.defaultdict(list)
        with open(TABLES / "pci_txn_clocks_derived.csv", encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table):
                system = (row["width_bits"], row["mhz_nominal"], row["op"], row["devsel"], row["initial_wait_clocks"],
                          row["subsequent_wait_clocks_per_phase"])
                systems[system].append(row)
        self.assertEqual(sum(map(len, systems.values())), 192)
        for (width, clock, operation, decode, initial, later), rows in systems.items():
            sets = [f"bus.width={width}", f"bus.clock={clock} MHz", f"bus.decode={decode}", f"bus.initial_wait={initial}",
                    f"bus.data_wait={later}"]
            document = self.timing("--op", operation, "--bursts", ",".join(row["bytes"] for row in rows), sets=sets)
            self.assertEqual(document["op"], operation)
            self.assertEqual(document["bus"]["decode"], decode)
            for row, burst in zip(rows, document["bursts"], strict=True):
                with self.subTest(sets=sets, bytes=row["bytes"]):
                    self.assertEqual(burst["data_phases"], int(row["data_phases"]))
                    self.assertEqual(burst["first_data_clock"], int(row["first_data_clock"]))
                    self.assertEqual(burst["last_data_clock"], int(row["last_data_clock"]))
                    self.assertEqual(burst["clocks"], int(row["clocks_incl_1_idle"]))
                    self.assertAlmostEqual(burst["bytes_per_second"] / 1e6, float(row["MBps"]), delta=0.006)
                    self.assertEqual((burst["termination"], burst["bytes_transferred"]), ("completed", burst["bytes"]))

    # PCI 2.x protocol rules as tabulated in pci_terminations_derived.csv.
    def test_every_ending_takes_its_clocks(self):
        for sets, bytes_wanted, clocks, termination, transferred in (
                (["bus.target.retry_after=0", "bus.decode=fast"], 32, 4, "retry", 0),
                (["bus.target.retry_after=0", "bus.decode=slow"], 32, 6, "retry", 0),
                (["bus.target.disconnect_after=8"], 64, 12, "disconnect", 32),
                (["bus.target.disconnect_after=8"], 32, 11, "completed", 32),
                (["bus.target.line=32 B"], 64, 12, "disconnect", 32),
                (["bus.target.retry_after=8"], 64, 13, "disconnect", 32),
                (["bus.target.abort_after=0"], 64, 6, "target_abort", 0),
                (["bus.target.abort_after=2"], 64, 7, "target_abort", 8)):
            with self.subTest(sets=sets, bytes=bytes_wanted):
                burst = self.timing("--bursts", str(bytes_wanted), sets=sets)["bursts"][0]
                self.assertEqual((burst["clocks"], burst["termination"], burst["bytes_transferred"]),
                                 (clocks, termination, transferred))

    def test_every_burst_is_measured_though_each_is_retried_and_then_repeated(self):
        bursts = self.timing("--bursts", "32,64,32", sets=["bus.target.retry_after=0"])["bursts"]
        self.assertEqual([burst["termination"] for burst in bursts], ["retry"] * 3)

    def test_a_dual_address_cycle_takes_one_clock_more(self):
        below, above = (self.timing("--bursts", "64", "--address", address)["bursts"][0] for address in ("0xfff00000", "0x100000000"))
        self.assertEqual(above["first_data_clock"], below["first_data_clock"] + 1)
        self.assertEqual(above["clocks"], below["clocks"] + 1)

    def test_a_latency_timer_cuts_a_burst_while_others_ask(self):
        sets = ["bus.masters=4", "bus.load.period=1 us", "bus.latency_timer=16"]
        burst = self.timing("--bursts", "512", sets=sets)["bursts"][0]
        self.assertEqual((burst["termination"], burst["last_data_clock"]), ("timeout", 17))
        self.assertEqual(self.timing("--bursts", "512", sets=sets[:2] + ["bus.latency_timer=248"])["bursts"][0]["termination"],
                         "completed")

    # pcie_model_bw.csv: between pcie-bench's model and the ceiling without DLLPs, one way.
    def test_writes_on_a_link_are_as_fast_as_published(self):
        systems = collections.defaultdict(list)
        with open(TABLES / "pcie_model_bw.csv", encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table):
                whole_words = int(row["transfer_bytes"]) % 4 == 0
                if whole_words and row["addr_bits"] == "32":
                    systems[row["gen"][3:], row["lanes"][1:], row["mps"]].append(row)
        for (generation, lanes, payload), rows in systems.items():
            document = self.timing("--bursts", ",".join(row["transfer_bytes"] for row in rows), sets=[
                "bus.kind=pcie", f"bus.generation={generation}", f"bus.lanes={lanes}", f"bus.max_payload={payload} B"])
            for row, burst in zip(rows, document["bursts"], strict=True):
                with self.subTest(generation=generation, lanes=lanes, payload=payload, bytes=row["transfer_bytes"]):
                    tlps = -(-burst["bytes"] // int(payload))
                    self.assertEqual(burst["tlps"], tlps)
                    self.assertEqual(burst["wire_bytes_out"], burst["bytes"] + 20 * tlps)
                    rate = burst["bytes_per_second"] / 1e6
                    self.assertGreaterEqual(rate, float(row["write_MBps"]))
                    self.assertLessEqual(rate, float(row["write_MBps_ceiling_no_dllp"]) * 1.0005 + 0.05)


if __name__ == "__main__":
    unittest.main()
