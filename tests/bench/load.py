# SPDX-License-Identifier: GPL-2.0-or-later
"""Three healthy nodes on a machine full of processor hogs: how often is one called anything but up?

All nodes share the machine with the hogs. The largest gap is the longest that any node was without
evidence of another, as the daemons' own figures show it four times a second.
"""

import os
import subprocess
import sys
import time

from tests.support.cluster import Cluster
from tests.support.laboratory import Laboratory

HOGS = 16
SECONDS = 60


def verdict_changes(cluster):
    return sum(1 for daemon in cluster.daemons.values() for event in daemon.events()
               if event["kind"] == "peer")


def largest_age_ns(cluster):
    return max(link.get("age_ns", 0) for daemon in cluster.daemons.values()
               for peer in daemon.json("peers") for link in peer["links"])


def run():
    with Laboratory(f"xl{os.getpid()}") as lab:
        cluster = Cluster(lab).start_xbeatd()
        cluster.wait_up()
        cluster.wait_holder("node-a")
        hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(HOGS)]
        try:
            before, transitions = verdict_changes(cluster), cluster["node-a"].vrrp()["transitions"]
            largest_ns, end = 0, time.monotonic() + SECONDS
            while time.monotonic() < end:
                largest_ns = max(largest_ns, largest_age_ns(cluster))
                time.sleep(0.25)
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
        changes = verdict_changes(cluster) - before
        takeovers = cluster["node-a"].vrrp()["transitions"] - transitions
        scheduling = cluster["node-a"].json("status")["scheduling"]
    print(f"   {HOGS} hogs, {SECONDS} s, 10 ms × 3, scheduling {scheduling.get('policy')}: "
          f"{changes} changes of verdict, {takeovers} of the Active; "
          f"largest gap seen {largest_ns / 1e6:.1f} ms")
