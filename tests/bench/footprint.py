# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory and processor time of xbeatd with two peers on an idle machine, from the kernel's
accounts."""

import os
import time

from tests.support.cluster import Cluster
from tests.support.laboratory import Laboratory

SECONDS = 20


def run():
    with Laboratory(f"xf{os.getpid()}") as lab:
        cluster = Cluster(lab).start_xbeatd()
        cluster.wait_up()
        cluster.wait_holder("node-a")
        before = {node: daemon.cpu_ns() for node, daemon in cluster.daemons.items()}
        time.sleep(SECONDS)
        for node, daemon in cluster.daemons.items():
            used = (daemon.cpu_ns() - before[node]) / (SECONDS * 1e9) * 100
            memory = {name: daemon.memory_kib(name) for name in ("VmRSS", "VmHWM", "VmLck")}
            print(f"   {node} ({daemon.state()}): resident {memory['VmRSS'] / 1024:.1f} MiB, "
                  f"peak {memory['VmHWM'] / 1024:.1f} MiB, locked {memory['VmLck'] / 1024:.1f} MiB; "
                  f"processor {used:.2f} % of a core")
