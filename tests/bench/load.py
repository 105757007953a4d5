# SPDX-License-Identifier: GPL-2.0-or-later
"""Three healthy nodes on a machine full of processor hogs: how often is a node judged anything but
up?

All nodes share the machine with the hogs. The largest gap is the longest time that any node had no
evidence of another, by the daemons' own figures, read four times a second.
"""

import contextlib
import os
import time

from tests.bench.rounds import measure_rounds
from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.hogs import hogs
from tests.support.laboratory import Laboratory

# The load on the machine, and its duration. Hogs with a priority of 50 (the daemon's) or more would
# keep the daemon from running at all.
LADDER = (
    ("16 ordinary hogs", 60, {"count": 16}),
    ("a FIFO-40 hog on each processor", 20,
     {"count": os.cpu_count(), "fifo_priority": 40, "processors": range(os.cpu_count())}),
)


def verdict_changes(cluster):
    return sum(1 for daemon in cluster.daemons.values() for event in daemon.events()
               if event["kind"] == "peer")


def largest_age_ns(cluster):
    return max(link.get("age_ns", 0) for daemon in cluster.daemons.values()
               for peer in daemon.json("peers") for link in peer["links"])


def chosen_ms(cluster):
    """The shortest and the longest detection time of all nodes for all others; "" if it is
    fixed."""
    times = [peer["detection"]["time_ns"] / 1e6 for daemon in cluster.daemons.values()
             for peer in daemon.json("peers") if "detection" in peer]
    return f", detection time {min(times):.0f} to {max(times):.0f} ms" if times else ""


@contextlib.contextmanager
def above_hogs():
    """The bench and what it starts must run beside the hogs."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(60))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def measure(cluster, what, seconds, load):
    before, transitions = verdict_changes(cluster), cluster["node-a"].vrrp()["transitions"]
    with hogs(seconds=seconds + 5, **load), above_hogs():
        largest_ns, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            largest_ns = max(largest_ns, largest_age_ns(cluster))
            time.sleep(0.25)
    changes = verdict_changes(cluster) - before
    takeovers = cluster["node-a"].vrrp()["transitions"] - transitions
    scheduling = cluster["node-a"].json("status")["scheduling"]
    print(f"   {what}, {seconds} s, 10 ms × {cluster.settings.multiplier}{chosen_ms(cluster)}, scheduling "
          f"{scheduling.get('policy')}: {changes} changes of verdict, {takeovers} changes of the Active; "
          f"largest gap {largest_ns / 1e6:.1f} ms")


def run():
    for multiplier in 3, "auto":
        with Laboratory(f"xl{os.getpid()}") as lab:
            cluster = Cluster(lab, Settings(multiplier=multiplier)).start_active()
            time.sleep(3)  # until gaps have been measured
            for row in LADDER:
                measure_rounds(1, row[0], measure, cluster, *row)
