# SPDX-License-Identifier: GPL-2.0-or-later
"""Three healthy nodes on a machine full of processor hogs: how often is a node judged anything but
up, and how often does the Active change? keepalived has the same load, with SCHED_FIFO 40.

All nodes share the machine with the hogs. The largest gap is the longest time that any node had no
evidence of another, by the daemons' own figures, read four times a second. The slowest round trip is
by the kernels' stamps from the departure of a PROBE to the arrival of its REPLY: it shows whether
packets waited for a task that the hogs starve (ksoftirqd has ordinary scheduling).
"""

import os
import time

from tests.bench.rounds import measure_rounds
from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.deadline import deadline
from tests.support.hogs import hogs
from tests.support.laboratory import Laboratory


def fifo_hogs(priority):
    return {"count": os.cpu_count(), "fifo_priority": priority, "processors": range(os.cpu_count())}


# The load on the machine, and its duration. FIFO 60 is above every daemon that has SCHED_FIFO here.
LADDER = (
    ("16 ordinary hogs", 60, {"count": 16}),
    ("a FIFO-40 hog on each processor", 20, fifo_hogs(40)),
    ("a FIFO-60 hog on each processor", 20, fifo_hogs(60)),
    ("a FIFO-99 hog on each processor", 60, fifo_hogs(99)),
)

# What starved meanwhile acts then.
AFTER_SECONDS = 2


def verdict_changes(cluster):
    return sum(1 for daemon in cluster.daemons.values() for event in daemon.events()
               if event["kind"] == "peer")


def owner_changes(cluster):
    return sum(1 for daemon in cluster.daemons.values() for event in daemon.events()
               if event["kind"] == "vrrp")


def all_links(cluster):
    return [link for daemon in cluster.daemons.values() for peer in daemon.ask("peers")
            for link in peer["links"]]


def largest_age_ns(cluster):
    return max(link.get("age_ns", 0) for link in all_links(cluster))


def slowest_ms(cluster):
    """Since the start of the daemons."""
    return max(link["rtt_ns"]["max"] for link in all_links(cluster)) / 1e6


def chosen_ms(cluster):
    """The shortest and the longest detection time of all nodes for all others; "" if it is
    fixed."""
    times = [peer["detection"]["time_ns"] / 1e6 for daemon in cluster.daemons.values()
             for peer in daemon.json("peers") if "detection" in peer]
    return f", detection time {min(times):.0f} to {max(times):.0f} ms" if times else ""


def measure(cluster, what, seconds, load):
    verdicts, owners = verdict_changes(cluster), owner_changes(cluster)
    largest_ns = 0
    with deadline(), hogs(seconds=seconds + 5, **load):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            largest_ns = max(largest_ns, largest_age_ns(cluster))
            time.sleep(0.25)
        slowest = slowest_ms(cluster)
    time.sleep(AFTER_SECONDS)
    print(f"   {what}, {seconds} s, 10 ms × {cluster.settings.multiplier}{chosen_ms(cluster)}, scheduling "
          f"{cluster.policies()}: {verdict_changes(cluster) - verdicts} changes of verdict, "
          f"{owner_changes(cluster) - owners} of state; largest gap {largest_ns / 1e6:.1f} ms, slowest "
          f"round trip so far {slowest:.1f} ms")


def measure_keepalived(cluster, what, seconds, load):
    def changes():
        return sum(daemon.process.output().count("Entering") for daemon in cluster.daemons.values())
    before = changes()
    with deadline(), hogs(seconds=seconds + 5, **load):
        time.sleep(seconds)
    time.sleep(AFTER_SECONDS)
    print(f"   {what}, {seconds} s, keepalived, adverts of 10 ms, scheduling fifo: "
          f"{changes() - before} changes of state")


def run():
    for multiplier in 3, "auto":
        with Laboratory(f"xl{os.getpid()}") as lab:
            cluster = Cluster(lab, Settings(multiplier=multiplier)).start_active()
            time.sleep(3)  # until gaps have been measured
            for row in LADDER:
                measure_rounds(1, row[0], measure, cluster, *row)
    with Laboratory(f"xl{os.getpid()}") as lab:
        cluster = Cluster(lab, Settings(advert_interval="0.01")).start_keepalived()
        cluster.wait_holder("node-a")
        for row in LADDER:
            measure_rounds(1, row[0], measure_keepalived, cluster, *row)
