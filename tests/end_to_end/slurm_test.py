# SPDX-License-Identifier: MIT
"""A sweep on a real Slurm cluster of one node in a private folder: four shards, one of them killed, submitted again."""

import os
import pathlib
import shutil
import socket
import subprocess
import time
import unittest

import ghostcard

SLURM_SWEEP = pathlib.Path(os.environ["GHOSTCARD_SCENARIOS"]).parent / "tools/slurm-sweep"
POINTS = 200

SWEEP = """
[sweep]
scenario = "{scenario}"
[set]
bus.timing = "analytic"
video.frames = 4
[axes]
bus.initial_wait = {{from = 0, to = 9, step = 1}}
bus.data_wait = {{from = 0, to = 4, step = 1}}
card.dma.burst = ["32 B", "64 B", "128 B", "256 B"]
"""

# Debian 12's 22.05 and Debian 13's 24.11; without systemd, accounting and a user of its own.
CONFIGURATION = """
ClusterName=ghost
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthInfo=socket={folder}/munge.sock
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors}
PartitionName=main Nodes=ALL Default=YES
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@unittest.skipUnless(os.geteuid() == 0, "a Slurm node runs as root")
@unittest.skipUnless(shutil.which("slurmctld") and shutil.which("munged"), "there is no Slurm")
class Slurm(ghostcard.TestCase):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        cluster = self.folder / "cluster"
        for each in (cluster, cluster / "state", cluster / "spool"):
            each.mkdir(mode=0o755)
        key = cluster / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        host = socket.gethostname().split(".")[0]
        (cluster / "slurm.conf").write_text(CONFIGURATION.format(
            host=host, folder=cluster, controller_port=free_port(), node_port=free_port(), processors=os.cpu_count()))
        (cluster / "cgroup.conf").write_text("CgroupPlugin=disabled\n" if self.version() >= 23 else "")
        self.environment = {**os.environ, "SLURM_CONF": str(cluster / "slurm.conf"), "GHOSTCARD": ghostcard.COMMAND}
        self.daemon("munged", f"--key-file={key}", "--foreground", f"--socket={cluster}/munge.sock",
                    f"--pid-file={cluster}/munged.pid", f"--log-file={cluster}/munged.log",
                    f"--seed-file={cluster}/munged.seed", "--force")
        self.wait(lambda: (cluster / "munge.sock").exists())
        self.daemon("slurmctld", "-D", "-i")
        self.daemon("slurmd", "-D")
        self.wait(lambda: "idle" in self.slurm("sinfo", "--noheader", "--format=%T", check=False))
        self.sweep = self.folder / "waits.toml"
        self.sweep.write_text(SWEEP.format(scenario=ghostcard.SCENARIOS / "sd_480i.toml"))

    @staticmethod
    def version():
        text = subprocess.run(["slurmctld", "-V"], capture_output=True, text=True, check=True).stdout
        return int(text.split()[1].split(".")[0])

    def daemon(self, *command):
        process = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 60)
        self.addCleanup(process.terminate)

    def slurm(self, *command, check=True):
        done = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60,
                              check=False)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def wait(self, is_so, seconds=180):
        end = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), end, "it takes too long")
            time.sleep(0.1)

    def submit(self):
        return self.slurm(SLURM_SWEEP, self.sweep, "--tasks", "4", "--out", "points")

    def wait_for(self, job):
        self.wait(lambda: job not in self.slurm("squeue", "--noheader", "--format=%A").split())

    def rows(self, folder):
        return ghostcard.sweep_rows(self.folder / folder / "points.sqlite")

    def test_a_killed_task_is_made_up_for_and_the_results_are_those_of_one_machine(self):
        merge = self.submit()
        array = str(int(merge) - 1)
        first = self.folder / "points/points-1-of-4.sqlite"
        self.wait(lambda: first.exists() and len(ghostcard.sweep_rows(first)) > 3)
        self.slurm("scancel", "--signal=KILL", f"{array}_1")
        self.wait_for(merge)
        self.assertLess(len(self.rows("points")), POINTS)

        self.wait_for(self.submit())
        subprocess.run([ghostcard.COMMAND, "sweep", self.sweep, "--out", "local", "--quiet"], cwd=self.folder, check=True)
        self.assertEqual(len(self.rows("points")), POINTS)
        self.assertEqual(self.rows("points"), self.rows("local"))


if __name__ == "__main__":
    unittest.main()
