# SPDX-License-Identifier: GPL-2.0-or-later
"""What xbeatd with two peers takes of a quiet machine, by the kernel's own accounts."""

import os
import pathlib
import re
import time

from tests.support.cluster import Cluster
from tests.support.laboratory import Laboratory

SECONDS = 20


def resident_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M)[1])
            for name in ("VmRSS", "VmHWM", "VmLck")}


def cpu_ns(pid):
    """Time on a processor, from the scheduler: finer than the ticks of /proc/PID/stat."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def run():
    with Laboratory(f"xf{os.getpid()}") as lab:
        cluster = Cluster(lab).start_xbeatd()
        cluster.wait_up()
        cluster.wait_holder("node-a")
        pids = {node: daemon.process.pid for node, daemon in cluster.daemons.items()}
        before = {node: cpu_ns(pid) for node, pid in pids.items()}
        time.sleep(SECONDS)
        for node, pid in pids.items():
            used = (cpu_ns(pid) - before[node]) / (SECONDS * 1e9) * 100
            memory = resident_kib(pid)
            print(f"   {node} ({cluster[node].state()}): resident {memory['VmRSS'] / 1024:.1f} MiB, "
                  f"at most {memory['VmHWM'] / 1024:.1f} MiB, locked {memory['VmLck'] / 1024:.1f} MiB; "
                  f"processor {used:.2f} % of a core")
